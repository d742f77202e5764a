/** Types of packets of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 3), as far as they are told apart. */
export const SFTP = {
  INIT: 1,
  VERSION: 2,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  READLINK: 19,
  SYMLINK: 20,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 200,
} as const;

/** Section 7 of the draft. */
export const STATUS = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  UNSUPPORTED: 8,
} as const;

/** `pflags` of OPEN (section 6.3). */
export const OPEN = { READ: 1, WRITE: 2, APPEND: 4, CREAT: 8, TRUNC: 16, EXCL: 32 } as const;

/** Flags of file attributes, in the order in which these follow (section 5). */
export const ATTR = { SIZE: 1, OWNER: 2, PERMISSIONS: 4, TIMES: 8 } as const;

/** A stream that is no SFTP. */
export class MalformedPacket extends Error {}

/** Reads the fields of one packet, from behind its length. */
export class PacketReader {
  private at = 4;

  constructor(private readonly packet: Buffer) {}

  /** Where the next field begins, from the packet's start. */
  get position(): number {
    return this.at;
  }

  get atEnd(): boolean {
    return this.at >= this.packet.length;
  }

  /** Another reader that stands where this one does. */
  fork(): PacketReader {
    const other = new PacketReader(this.packet);
    other.at = this.at;
    return other;
  }

  byte(): number {
    return this.packet.readUInt8(this.skip(1));
  }

  uint32(): number {
    return this.packet.readUInt32BE(this.skip(4));
  }

  /** Counts above 2^53 lose their last digits: no file is that long. */
  uint64(): number {
    return Number(this.packet.readBigUInt64BE(this.skip(8)));
  }

  /** @throws MalformedPacket when it is longer than the packet */
  string(): Buffer {
    const length = this.uint32();
    const start = this.skip(length);
    return this.packet.subarray(start, start + length);
  }

  private skip(bytes: number): number {
    const start = this.at;
    if (start + bytes > this.packet.length) throw new MalformedPacket('a field goes beyond its packet');
    this.at += bytes;
    return start;
  }
}

/** One whole packet: type and fields; numbers are uint32, text and bytes are strings of the protocol. */
export function packetOf(type: number, ...fields: (number | string | Buffer)[]): Buffer {
  const parts = fields.map((field) => {
    if (typeof field === 'number') return uint32(field);
    const bytes = Buffer.from(field);
    return Buffer.concat([uint32(bytes.length), bytes]);
  });
  const body = Buffer.concat([Buffer.from([type]), ...parts]);
  return Buffer.concat([uint32(body.length), body]);
}

/** A STATUS packet. */
export function statusPacket(id: number, code: number, message: string): Buffer {
  return packetOf(SFTP.STATUS, id, code, message, 'en');
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
