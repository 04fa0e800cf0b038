const secondsBetweenLines = 300;

/**
 * Says how far a long run is: on a terminal in one line that changes, else in a line every five minutes.
 *
 * @param {NodeJS.WriteStream} out
 */
export function liveLine(out = process.stdout) {
  let said = 0;
  return {
    /** @param {import('nbconvert-runner').Progress} progress */
    update({ cell, cells, seconds, shows }) {
      const line =
        `  cell ${cell} of ${cells}, ${Math.floor(seconds / 60)} min  ${shows}`.trimEnd();
      if (out.isTTY) {
        out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`);
      } else if (seconds - said >= secondsBetweenLines) {
        said = seconds;
        out.write(`${line}\n`);
      }
    },
    /** Takes the line off a terminal. */
    end() {
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
