import { cutCharacter } from '#libs/contracts';

/** A sequence that is longer than this when it is cut is taken for whole. */
const MAX_SEQUENCE = 64 * 1024;

const ESC = 0x1b;
const STRINGS = new Set([...'PX]^_'].map((letter) => letter.charCodeAt(0)));
/** BEL, CAN, SUB and ST (as C1) end a string; CAN and SUB any sequence (ECMA-48). */
const STRING_ENDS = [0x07, 0x18, 0x1a, 0x9c];

/** The end of the bytes that a terminal has taken but not acted on: a cut control sequence (ECMA-48) or UTF-8 character. */
export function unfinishedEnd(bytes: Buffer): Uint8Array {
  const start = bytes.lastIndexOf(ESC);
  const sequence = start < 0 ? null : bytes.subarray(start);
  if (sequence && sequence.length <= MAX_SEQUENCE && !isWhole(sequence)) return sequence;
  return cutCharacter(bytes);
}

/** Whether a sequence, from its ESC, has its end. */
function isWhole(sequence: Buffer): boolean {
  const [, kind] = sequence;
  if (kind === undefined) return false;
  const rest = sequence.subarray(2);
  if (STRINGS.has(kind)) return STRING_ENDS.some((end) => rest.includes(end));
  if (kind === 0x5b) return rest.some((byte) => isFinal(byte, 0x40));
  // ESC, intermediate bytes, a final byte
  return sequence.subarray(1).some((byte) => isFinal(byte, 0x30));
}

function isFinal(byte: number, first: number): boolean {
  return (byte >= first && byte <= 0x7e) || byte === 0x18 || byte === 0x1a;
}
