import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Action } from '#libs/contracts';
import type { GrantTerms } from '#libs/authorization';
import type { TransferRecord } from '#libs/session-audit';
import { SftpGate } from './sftp-gate.js';
import { OPEN, packetOf, SFTP, STATUS, statusPacket } from './sftp-packets.js';
import { TransferLog } from './transfer.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
/** A packet whose fields stand one after the other as they are. */
const raw = (type: number, ...fields: Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from([type]), ...fields]);
  return Buffer.concat([u32(body.length), body]);
};
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string | Buffer): Buffer =>
  Buffer.concat([u32(Buffer.from(value).length), Buffer.from(value)]);
const open = (id: number, path: string, flags: number): Buffer =>
  raw(SFTP.OPEN, u32(id), text(path), u32(flags), u32(0));
const write = (id: number, handle: string, at: number, data: Buffer): Buffer =>
  raw(SFTP.WRITE, u32(id), text(handle), u64(at), text(data));
const read = (id: number, handle: string, at: number, length: number): Buffer =>
  raw(SFTP.READ, u32(id), text(handle), u64(at), u32(length));
const close = (id: number, handle: string): Buffer => packetOf(SFTP.CLOSE, id, handle);
const PUT = OPEN.WRITE | OPEN.CREAT | OPEN.TRUNC;

/** A gate with a client on one side and an asset on the other, both played here. */
class Bench {
  readonly records: TransferRecord[] = [];
  readonly answers: Buffer[] = [];
  broken: string | null = null;
  allowed = new Set<Action>(['upload', 'download']);
  readonly gate: SftpGate;

  constructor() {
    const origin = {
      terms: {} as GrantTerms,
      sessionId: null,
      sourceAddress: '',
      protocol: 'sftp',
      command: null,
    } as const;
    const log = new TransferLog(origin, { note: (record) => this.records.push(record) });
    this.gate = new SftpGate(log, {
      allowed: () => this.allowed,
      broken: (side, why) => (this.broken = `${side}: ${why}`),
    });
    this.gate.connect((bytes) => this.answers.push(bytes));
    this.ask(packetOf(SFTP.INIT, 3));
    this.reply(packetOf(SFTP.VERSION, 3));
  }

  /** From the client, in chunks of this size; gives what passed on. */
  ask(bytes: Buffer, size = bytes.length): Buffer {
    return pour(bytes, size, (chunk) => this.gate.input(chunk));
  }

  reply(bytes: Buffer, size = bytes.length): Buffer {
    return pour(bytes, size, (chunk) => this.gate.output(chunk));
  }

  opened(id: number, path: string, flags: number, handle: string): void {
    this.ask(open(id, path, flags));
    this.reply(packetOf(SFTP.HANDLE, id, handle));
  }
}

function pour(bytes: Buffer, size: number, into: (chunk: Buffer) => readonly Buffer[]): Buffer {
  const passed: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) passed.push(...into(bytes.subarray(at, at + size)));
  return Buffer.concat(passed);
}

const content = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));

describe('SFTP gate', () => {
  it.each([
    ['its own size: all of it passed', content.length, STATUS.OK, 0, true],
    ['another size', 9_999, STATUS.OK, 0, false],
    ['its own size, which the asset refuses', content.length, STATUS.FAILURE, 0, false],
    ['its own size, where writes go behind what was there', content.length, STATUS.OK, OPEN.APPEND, false],
  ])('a file that was not emptied, and is cut to %s', (_what, size, code, flag, isWhole) => {
    const bench = new Bench();
    bench.opened(1, '/a', OPEN.WRITE | OPEN.CREAT | flag, 'h');
    bench.ask(write(2, 'h', 0, content));
    bench.reply(statusPacket(2, STATUS.OK, ''));
    bench.ask(raw(SFTP.FSETSTAT, u32(3), text('h'), u32(1), u64(size)));
    bench.reply(statusPacket(3, code, ''));
    bench.ask(close(4, 'h'));
    bench.reply(statusPacket(4, STATUS.OK, ''));
    const upload = bench.records.find(({ direction }) => direction === 'upload');
    expect(upload).toMatchObject({
      ...{ result: 'complete', size: content.length },
      ...(isWhole ? { sha256: sha256(content), digestGap: null } : { sha256: null, digestGap: 'partial' }),
    });
  });

  it.each([1, 3, 7, 100, 9_999, 1_000_000])(
    'passes everything unchanged in chunks of %i, with its digest',
    (size) => {
      const bench = new Bench();
      bench.opened(1, '/a', PUT, 'h');
      const writes = Buffer.concat([
        write(2, 'h', 0, content.subarray(0, 4_000)),
        write(3, 'h', 4_000, content.subarray(4_000)),
        close(4, 'h'),
      ]);
      expect(bench.ask(writes, size).equals(writes)).toBe(true);
      const answers = Buffer.concat([2, 3, 4].map((id) => statusPacket(id, STATUS.OK, '')));
      expect(bench.reply(answers, size).equals(answers)).toBe(true);
      expect(bench.records).toMatchObject([
        {
          direction: 'upload',
          path: '/a',
          size: content.length,
          sha256: sha256(content),
          result: 'complete',
        },
      ]);
    },
  );

  it.each([5, 333, 1_000_000])(
    'digests pipelined reads in chunks of %i up to the end that the asset tells',
    (size) => {
      const bench = new Bench();
      bench.opened(1, '/a', OPEN.READ, 'h');
      bench.ask(
        Buffer.concat([read(2, 'h', 0, 6_000), read(3, 'h', 6_000, 6_000), read(4, 'h', 10_000, 2_000)]),
      );
      const answers = Buffer.concat([
        packetOf(SFTP.DATA, 2, content.subarray(0, 6_000)),
        packetOf(SFTP.DATA, 3, content.subarray(6_000)),
        statusPacket(4, STATUS.EOF, 'eof'),
      ]);
      expect(bench.reply(answers, size).equals(answers)).toBe(true);
      bench.ask(close(5, 'h'));
      bench.reply(statusPacket(5, STATUS.OK, ''));
      expect(bench.records).toMatchObject([
        { direction: 'download', sha256: sha256(content), result: 'complete' },
      ]);
    },
  );

  it('gives no digest to bytes out of order, twice, in part, or of a file that was not empty', () => {
    const cases: [number, [number, number][], string | null][] = [
      [
        PUT,
        [
          [5_000, 10_000],
          [0, 5_000],
        ],
        'out_of_order',
      ],
      [
        PUT,
        [
          [0, 10_000],
          [0, 10],
        ],
        'out_of_order',
      ],
      [OPEN.WRITE, [[0, 10_000]], 'partial'],
      [PUT | OPEN.APPEND, [[0, 10_000]], 'partial'],
      [PUT, [[0, 10_000]], null],
    ];
    for (const [flags, pieces, gap] of cases) {
      const bench = new Bench();
      bench.opened(1, '/a', flags, 'h');
      pieces.forEach(([from, to], index) => {
        bench.ask(write(10 + index, 'h', from, content.subarray(from, to)));
        bench.reply(statusPacket(10 + index, STATUS.OK, ''));
      });
      bench.ask(close(5, 'h'));
      bench.reply(statusPacket(5, STATUS.OK, ''));
      expect(bench.records[0]).toMatchObject({
        digestGap: gap,
        sha256: gap === null ? sha256(content) : null,
      });
    }
  });

  it('an answer to a read of nothing is not the end of the file, and a path is never taken for a handle', () => {
    const bench = new Bench();
    bench.opened(1, '/a', OPEN.READ, 'h');
    bench.ask(Buffer.concat([read(2, 'h', 0, 100), read(3, 'h', 100, 0), packetOf(SFTP.REMOVE, 4, 'h')]));
    const data = packetOf(SFTP.DATA, 2, content.subarray(0, 100));
    const [end, removed] = [statusPacket(3, STATUS.EOF, ''), statusPacket(4, STATUS.OK, '')];
    bench.reply(Buffer.concat([data, end, removed]));
    bench.ask(close(5, 'h'));
    bench.reply(statusPacket(5, STATUS.OK, ''));
    expect(bench.records).toMatchObject([
      { change: 'remove', path: 'h', result: 'complete' },
      { direction: 'download', path: '/a', result: 'cut_off', digestGap: 'partial' },
    ]);
  });

  it('what was asked to be opened and has no answer may have been cut all the same: it was cut off', () => {
    const bench = new Bench();
    bench.ask(open(1, '/a', PUT));
    bench.gate.closed();
    expect(bench.records).toMatchObject([{ direction: 'upload', path: '/a', size: 0, result: 'cut_off' }]);
  });

  it('calls a read that stopped early cut off, and a write that the asset did not take failed', () => {
    const bench = new Bench();
    bench.opened(1, '/r', OPEN.READ, 'r');
    bench.opened(2, '/w', PUT, 'w');
    bench.ask(Buffer.concat([read(3, 'r', 0, 100), write(4, 'w', 0, content)]));
    bench.reply(
      Buffer.concat([packetOf(SFTP.DATA, 3, content.subarray(0, 100)), statusPacket(4, 4, 'disk full')]),
    );
    bench.ask(Buffer.concat([close(5, 'r'), close(6, 'w')]));
    bench.reply(Buffer.concat([statusPacket(5, 0, ''), statusPacket(6, 0, '')]));
    expect(bench.records).toMatchObject([
      { path: '/r', result: 'cut_off', sha256: sha256(content.subarray(0, 100)), digestGap: 'partial' },
      { path: '/w', result: 'failed', detail: 'disk full', sha256: null },
    ]);
  });

  it('refuses what the rules do not allow, in whatever flags it is put, and passes no byte of it', () => {
    const tries: [Action[], Buffer[]][] = [
      [
        ['upload'],
        [open(9, '/a', OPEN.READ), open(9, '/a', 0), open(9, '/a', OPEN.CREAT), open(9, '/a', OPEN.APPEND)],
      ],
      [['upload'], [open(9, '/a', OPEN.READ | OPEN.WRITE), packetOf(SFTP.EXTENDED, 9, 'copy-data', 'h')]],
      [
        ['download'],
        [open(9, '/a', PUT), open(9, '/a', OPEN.READ | OPEN.TRUNC), packetOf(SFTP.REMOVE, 9, '/a')],
      ],
      [['download'], [packetOf(SFTP.RENAME, 9, '/a', '/b'), packetOf(SFTP.SYMLINK, 9, '/a', '/b')]],
      [['download'], [packetOf(SFTP.EXTENDED, 9, 'posix-rename@openssh.com', '/a', '/b')]],
      [['download'], [packetOf(SFTP.EXTENDED, 9, 'made-up@example.org', '/a')]],
      [
        ['upload', 'download'],
        [packetOf(99, 9, '/a'), read(9, 'nobody', 0, 10), write(9, 'nobody', 0, content)],
      ],
      [[], [packetOf(SFTP.STAT, 9, '/a'), packetOf(SFTP.OPENDIR, 9, '/')]],
    ];
    for (const [allowed, packets] of tries) {
      for (const packet of packets) {
        const bench = new Bench();
        bench.allowed = new Set(allowed);
        expect(bench.ask(packet, 11)).toHaveLength(0);
        expect(bench.answers).toHaveLength(1);
        expect(bench.answers[0]?.readUInt8(4)).toBe(SFTP.STATUS);
        expect(bench.answers[0]?.readUInt32BE(5)).toBe(9);
        expect(bench.records.every(({ result, sha256: sum }) => result === 'refused' && sum === null)).toBe(
          true,
        );
      }
    }
  });

  it('a right that goes while a file is open stops its bytes', () => {
    const bench = new Bench();
    bench.opened(1, '/a', PUT, 'h');
    bench.allowed = new Set(['download']);
    expect(bench.ask(write(2, 'h', 0, content), 100)).toHaveLength(0);
    expect(bench.answers).toHaveLength(1);
  });

  it('says its refusals only between two packets of the asset', () => {
    const bench = new Bench();
    bench.opened(1, '/a', OPEN.READ, 'h');
    bench.ask(read(2, 'h', 0, 10_000));
    const data = packetOf(SFTP.DATA, 2, content);
    const before = bench.reply(data.subarray(0, 5_000));
    bench.allowed = new Set(['download']);
    bench.ask(packetOf(SFTP.REMOVE, 3, '/a'));
    expect(bench.answers).toHaveLength(0);
    const after = bench.reply(Buffer.concat([data.subarray(5_000), statusPacket(7, 0, '')]));
    const all = Buffer.concat([before, after]);
    expect(all.subarray(0, data.length).equals(data)).toBe(true);
    expect(all.readUInt8(data.length + 4)).toBe(SFTP.STATUS);
    expect(all.readUInt32BE(data.length + 5)).toBe(3);
  });

  it.each<[string, Buffer]>([
    ['2 GiB', raw(SFTP.OPEN).fill(0x7f, 0, 4)],
    ['no bytes', Buffer.alloc(8)],
    ['a path of 1 MB', open(9, 'x'.repeat(1_000_000), OPEN.READ)],
    ['a path beyond its packet', raw(SFTP.OPEN, u32(9), u32(5_000), Buffer.from('/a'))],
    ['a write longer than its packet', raw(SFTP.WRITE, u32(9), text('h'), u64(0), u32(50_000), content)],
    ['a handle of 1,000 bytes', write(9, 'h'.repeat(1_000), 0, content)],
    ['nothing but a type', raw(SFTP.READ)],
  ])('ends the session over a request that claims %s', (_claim, packet) => {
    const bench = new Bench();
    bench.opened(1, '/a', PUT, 'h');
    expect(bench.ask(packet, 1_000)).toHaveLength(0);
    expect(bench.broken).toMatch(/^client: /);
    expect(bench.ask(open(10, '/b', OPEN.READ))).toHaveLength(0);
  });

  it('ends the session when an id is never answered over and over, and refuses an id in use', () => {
    const bench = new Bench();
    bench.ask(packetOf(SFTP.STAT, 1, '/a'));
    expect(bench.ask(packetOf(SFTP.STAT, 1, '/b'))).toHaveLength(0);
    expect(bench.answers).toHaveLength(1);
    for (let id = 2; id < 5_000 && bench.broken === null; id++) bench.ask(packetOf(SFTP.STAT, id, '/a'));
    expect(bench.broken).toMatch(/too many/);
  });

  it('speaks version 3 and nothing else, from the first packet on', () => {
    const bench = new Bench();
    expect(bench.broken).toBeNull();
    const records: TransferRecord[] = [];
    const origin = {
      terms: {} as GrantTerms,
      sessionId: null,
      sourceAddress: '',
      protocol: 'sftp',
      command: null,
    } as const;
    let broken = '';
    const gate = new SftpGate(new TransferLog(origin, { note: (record) => records.push(record) }), {
      allowed: () => new Set(['upload', 'download']),
      broken: (side) => (broken = side),
    });
    expect(Buffer.concat(gate.input(raw(SFTP.INIT, u32(6), text('newline'), text('\n'))))).toEqual(
      packetOf(SFTP.INIT, 3),
    );
    gate.output(packetOf(SFTP.VERSION, 6));
    expect(broken).toBe('asset');
  });

  it('leaves records of what was open when the session ends, and notes no more than 1,000 refusals', () => {
    const bench = new Bench();
    bench.opened(1, '/a', PUT, 'h');
    bench.ask(write(2, 'h', 0, content));
    bench.gate.closed();
    expect(bench.records).toMatchObject([
      { path: '/a', result: 'cut_off', size: content.length, sha256: sha256(content) },
    ]);
    const other = new Bench();
    other.allowed = new Set(['download']);
    for (let id = 1; id < 1_500; id++) other.ask(packetOf(SFTP.REMOVE, id, '/a'));
    expect(other.records).toHaveLength(1_000);
    expect(other.answers).toHaveLength(1_499);
  });

  it('a change without an answer was cut off, and one whose attributes go beyond their packet ends the session', () => {
    const bench = new Bench();
    bench.ask(packetOf(SFTP.RENAME, 1, '/a', '/b'));
    expect(bench.records).toEqual([]);
    bench.gate.closed();
    expect(bench.records).toMatchObject([
      { direction: 'change', change: 'rename', path: '/a', target: '/b', result: 'cut_off', digestGap: null },
    ]);
    const other = new Bench();
    expect(other.ask(raw(SFTP.SETSTAT, u32(1), text('/a'), u32(4)))).toHaveLength(0);
    expect(other.broken).toMatch(/^client: /);
  });

  it('attributes of an open file are a change of its path, and a size spoils its digest', () => {
    const bench = new Bench();
    bench.opened(1, '/a', PUT, 'h');
    bench.ask(raw(SFTP.FSETSTAT, u32(2), text('h'), u32(5), u64(7), u32(0o104755)));
    bench.reply(statusPacket(2, STATUS.OK, ''));
    bench.ask(close(3, 'h'));
    bench.reply(statusPacket(3, STATUS.OK, ''));
    expect(bench.records).toMatchObject([
      { change: 'setstat', path: '/a', target: 'size 7, mode 4755', result: 'complete' },
      { direction: 'upload', change: null, target: null, digestGap: 'partial', sha256: null },
    ]);
  });
});
