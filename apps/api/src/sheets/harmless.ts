/**
 * What a spreadsheet program takes for the beginning of a formula, after blanks and invisible characters too, in full
 * width as well (OWASP, CSV injection).
 */
const FORMULA = /^'*[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\u3164\ufeff]*[=+\-@\t\r\n|%＝＋－﹢﹣＠﹦﹫]/u;

/** The text so that no spreadsheet program takes it for a formula: with an apostrophe in front if need be. */
export function harmless(text: string): string {
  return FORMULA.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe of {@link harmless} away again. */
export function bareText(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
