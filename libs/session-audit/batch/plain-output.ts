/** Unicode has a picture for each control character: U+2400 onwards. */
const PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';
const CONTROL = /[^\P{Cc}\t\n\x7f-\x9f]/gu;
/** C1 controls, lone surrogates, line separators and what turns the direction of text (Unicode UAX 9). */
const DECEIVING = /[\x80-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]/gu;

/**
 * What a command wrote, as text that is safe for a terminal, a page and the database: an escape sequence is seen (`␛[2J`)
 * and does nothing. Newlines and tabs stay; what is no UTF-8 becomes U+FFFD.
 */
export function plainOutput(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replaceAll('\r\n', '\n')
    .replace(CONTROL, (character) => String.fromCharCode(PICTURES + character.charCodeAt(0)))
    .replaceAll('\x7f', PICTURE_OF_DELETE)
    .replace(DECEIVING, '\ufffd');
}
