const CONTROL = /(?![\t\n\r])\p{Cc}/gu;

/**
 * A clipboard text as it may go into a terminal. Escape and other control characters are taken out, so that
 * a text can't end a bracketed paste early and be run as typed.
 */
export function harmlessPaste(text: string): string {
  return text.replace(CONTROL, '');
}

/** Lines of a paste that a shell would run at once; a single line without an end waits for Enter. */
export function linesOfPaste(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.length > 1 ? lines.filter((line) => line !== '') : [];
}
