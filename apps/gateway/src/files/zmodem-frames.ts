/** ZMODEM as Chuck Forsberg describes it ("The ZMODEM Inter Application File Transfer Protocol", 1988): what is told apart. */
export const ZFRAME = {
  RQINIT: 0,
  RINIT: 1,
  SINIT: 2,
  ACK: 3,
  FILE: 4,
  SKIP: 5,
  NAK: 6,
  ABORT: 7,
  FIN: 8,
  RPOS: 9,
  DATA: 10,
  EOF: 11,
  FERR: 12,
  CRC: 13,
  CHALLENGE: 14,
  CAN: 16,
  FREECNT: 17,
  COMMAND: 18,
} as const;

/** Frames that data subpackets follow (section 7). */
export const FRAMES_WITH_DATA: ReadonlySet<number> = new Set([
  ZFRAME.SINIT,
  ZFRAME.FILE,
  ZFRAME.DATA,
  ZFRAME.COMMAND,
]);

/** Begins every header, escapes every byte; five in a row cancel (section 7.1: it is CAN). */
export const ZDLE = 0x18;
/** Before ZDLE in a header. */
export const ZPAD = 0x2a;
/** How a header is written, told by the byte behind ZDLE. */
export const HEADER_FORM = { BIN: 0x41, HEX: 0x42, BIN32: 0x43 } as const;
/** Ends of a subpacket: E and W end the frame, G and Q go on; to Q and W the receiver answers with ZACK (section 7.4). */
export const SUBPACKET_END = { E: 0x68, G: 0x69, Q: 0x6a, W: 0x6b } as const;
/** CANs in a row that cancel a session. */
export const CANCELLING = 5;

/** What both ends are sent to make them give up: more CANs than they need, and backspaces over those that are shown. */
export const CANCEL = Buffer.from('\x18'.repeat(10) + '\b'.repeat(10), 'latin1');

/** The header of one frame: type and four bytes, which hold an offset, the lowest byte first, or flags. */
export interface ZHeader {
  type: number;
  position: number;
}

const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** CRC-16 of XMODEM, as headers and short subpackets carry it. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ byte] ?? 0);
  return crc;
}

/** Digits of a header in hexadecimal: type, four bytes, CRC-16. */
export const HEX_DIGITS = 14;

/** Writes a header in hexadecimal, with what follows it on a line (section 7.3.3). */
export function hexHeader(type: number, position = 0): Buffer {
  const bytes = headerBytes({ type, position });
  const crc = Buffer.alloc(2);
  crc.writeUInt16BE(crc16(bytes));
  const digits = Buffer.concat([bytes, crc]).toString('hex');
  // XON frees a sender that a lost XOFF holds; after the last headers nobody reads it
  const xon = type === ZFRAME.FIN || type === ZFRAME.ACK ? '' : '\x11';
  return Buffer.from(`**\x18B${digits}\r\x8a${xon}`, 'latin1');
}

/** The five bytes of a header: its type, and its position with the lowest byte first. */
export function headerBytes({ type, position }: ZHeader): Buffer {
  const bytes = Buffer.from([type, 0, 0, 0, 0]);
  bytes.writeUInt32LE(position, 1);
  return bytes;
}

/** Reads the digits of a hexadecimal header; null when they are none, or their CRC is wrong. */
export function readHexHeader(digits: string): ZHeader | null {
  if (!/^[0-9a-f]{14}$/.test(digits)) return null;
  const bytes = Buffer.from(digits, 'hex');
  if (crc16(bytes.subarray(0, 5)) !== bytes.readUInt16BE(5)) return null;
  return { type: bytes.readUInt8(0), position: bytes.readUInt32LE(1) };
}
