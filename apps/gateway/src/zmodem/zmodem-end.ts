/** Why a ZMODEM session came to no good end. */
export type ZmodemFault =
  /** One of both ends gave up: five CANs in a row, or Ctrl-C. */
  | 'cancelled'
  /** The user's connection is gone. */
  | 'gone'
  /** Nothing came for too long. */
  | 'silent'
  /** The other end sent what does not belong here, or the same went wrong again and again. */
  | 'broken'
  /** The other end wants to go on with a part of the file that it has. */
  | 'no_resume'
  /** Offsets have 32 bits. */
  | 'too_big';

/** A ZMODEM session ended early. */
export class ZmodemEnd extends Error {
  constructor(readonly fault: ZmodemFault) {
    super(`ZMODEM: ${fault}`);
    this.name = 'ZmodemEnd';
  }
}
