/** Colour where it helps and is wanted; the text says the same without it. */

export type Style = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly caution: (text: string) => string;
};

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

const same = (text: string): string => text;

/** Plain text, or ECMA-48 colours that are told apart by the colour-blind too: blue and red rather than green and red. */
export function createStyle(color: boolean): Style {
  if (!color) return { bold: same, dim: same, good: same, bad: same, caution: same };
  return { bold: sgr(1), dim: sgr(2), good: sgr(34), bad: sgr(31), caution: sgr(33) };
}
