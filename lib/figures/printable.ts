/** What XML can't hold: control characters, and halves of surrogate pairs. */
const unprintable = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** The text with the sign for a character that can't be shown in place of each that no SVG can hold. */
export function printable(text: string): string {
  return text.replace(unprintable, '\u{fffd}');
}
