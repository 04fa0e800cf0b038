import { join } from 'node:path';
import type { RunOptions } from '../../lib/nbconvert-runner/src';
import type { Sketch } from './support';

/** A notebook and how to run it. */
export interface Case extends Sketch {
  options?: RunOptions;
}

const display = "require('tslab/dist/jupyter').lastWriteDisplayData";

function claim(record: object): string {
  const data = { 'application/vnd.unrolled.claim+json': record, 'text/plain': 'a claim' };
  return `${display}({ data: ${JSON.stringify(data)}, metadata: {}, transient: {} }, false);`;
}

const held = {
  id: 'a',
  statement: 'gates are sparse',
  expected: 'below 0.5',
  measured: { mean: 0.3, low: 0.2, high: 0.4, n: 3 },
  verdict: 'holds',
  passed: true,
};
const failed = {
  ...held,
  measured: { mean: 0.7, low: 0.6, high: 0.8, n: 3 },
  verdict: 'fails',
  passed: false,
};

const burst = 'for (let i = 0; i < 5000; i++) console.log(`line ${i}`);';

/** In a kernel whose sockets are those of `file`. */
function withSocket(file: string): RunOptions {
  return { env: { NODE_OPTIONS: `--require "${join(__dirname, file)}"` } };
}

/** One good notebook, and one for everything that must not pass. */
export const cases: Record<string, Case> = {
  good: {
    cells: [
      'console.log(process.env.PROFILE, process.cwd(), process.env.NODE_OPTIONS, process.env.TMPDIR, process.env.NBCONVERT_RUNNER);',
      '# A title',
      `console.log('one');
console.log('two');
const put = (text: string, update: boolean) =>
  ${display}({ data: { 'text/plain': text }, metadata: {}, transient: { display_id: 'x' } }, update);
put('first', false);
await new Promise((resolve) => setTimeout(resolve, 150));
put('second\\nline', true);`,
      `setTimeout(() => {}, 300);
${claim(held)}`,
    ],
    claims: ['a'],
    options: { profile: 'smoke', env: { NODE_OPTIONS: '--no-deprecation', TMPDIR: undefined } },
  },
  slowSocket: {
    cells: ["console.log('answered');"],
    options: withSocket('slowSocket.cjs'),
  },
  wholeBurst: { cells: [burst] },
  throw: {
    cells: [
      `interface Value { x: number }

const positive = (value: number): number => {
  if (value < 0) throw new RangeError(\`not positive: \${value}\`);
  return value;
};`,
      '# Text',
      `let total: number = 0;
for (let i = 0; i < 9; i++) {
  total += positive(2 - i);
}`,
      "console.log('never');",
    ],
  },
  tagged: {
    cells: [{ source: "throw new Error('as announced');", tags: ['raises-exception'] }, '1;'],
  },
  type: { cells: ["console.log('typed');\nconst epochs: number = 'ten';"] },
  rejection: {
    cells: [
      "const fail = async (words: string) => {\n  throw new Error(words);\n};\nvoid fail('nobody listens');",
      "void Promise.reject(new Error('after the last cell'));",
    ],
  },
  timer: {
    cells: [
      "void setTimeout(() => { throw new Error('too late'); }, 50);",
      'await new Promise((resolve) => setTimeout(resolve, 500));',
    ],
  },
  lateTimer: { cells: ["void setTimeout(() => { throw new Error('much too late'); }, 1000);"] },
  interval: { cells: ['void setInterval(() => {}, 100);'] },
  stderr: { cells: ["console.error('\\x1b[31mcareful\\x1b[0m');\nconsole.warn('twice');"] },
  native: {
    cells: [
      "import { writeSync } from 'fs';\nwriteSync(2, 'native complaint\\n');\nwriteSync(1, 'native print\\n');",
    ],
  },
  skipped: {
    cells: [{ source: "console.log('skipped');", tags: ['skip-execution'] }, ' ', "'executed';"],
  },
  killed: { cells: ["console.log('alive');", "process.kill(process.pid, 'SIGKILL');"] },
  exits: { cells: ['process.exit(0);'] },
  hang: {
    cells: [
      `import { spawn } from 'child_process';
import { writeFileSync } from 'fs';
const child = spawn('sleep', ['1000']);
writeFileSync(\`\${process.env.FOLDER}/pids\`, \`\${process.pid} \${child.pid}\`);`,
      'for (;;) {}',
    ],
    options: { cellTimeout: 5 },
  },
  slow: { cells: ['await new Promise(() => {});'], options: { timeout: 2 } },
  burst: { cells: [burst], options: withSocket('lossySocket.cjs') },
  updates: {
    cells: [
      `for (let i = 0; i < 5000; i++) {
  try {
    ${display}({ data: { 'text/plain': \`\${i}\` }, metadata: {}, transient: { display_id: 'x' } }, i > 0);
  } catch {}
}
await new Promise((resolve) => setTimeout(resolve, 500));`,
    ],
    options: withSocket('lossySocket.cjs'),
  },
  lateOutput: {
    cells: ["void setTimeout(() => console.log('nobody sees this'), 100);"],
  },
  alikeClaim: {
    cells: [
      claim({ ...held, verdict: 'holds, as does the control', control: { name: 'untrained' } }),
    ],
    claims: ['a'],
  },
  failedClaim: { cells: [claim(failed)], claims: ['a'] },
  shownClaim: { cells: [claim({ ...failed, asserted: false })], claims: ['a'] },
  notShownClaim: { cells: [claim({ ...failed, asserted: false })], claims: ['a', 'b'] },
  assertedClaim: { cells: [claim({ ...failed, asserted: true })], claims: ['a'] },
  otherClaim: { cells: [claim(held)], claims: ['b'] },
  oddClaim: { cells: [claim({ id: 'a' })], claims: ['a'] },
  noKernel: { cells: ['1;'], options: { kernel: 'no-such-kernel' } },
  python: { cells: ['1'], options: { kernel: 'python3' } },
};
