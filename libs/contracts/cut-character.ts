const NOTHING = new Uint8Array(0);

/** The beginning of a character whose other bytes are still to come (RFC 3629). */
export function cutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.subarray(-back) : NOTHING;
  }
  return NOTHING;
}
