import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GrantTerms } from '#libs/authorization';
import type { Action } from '#libs/contracts';
import type { TransferRecord } from '#libs/session-audit';
import { TransferLog } from './transfer.js';
import { CANCEL, crc16, ZFRAME } from './zmodem-frames.js';
import { ZmodemGate } from './zmodem-gate.js';

const [GO_ON, END] = [0x69, 0x68];

/** A header in hexadecimal, as `sz` and `rz` begin with one. */
function hex(type: number, position = 0): Buffer {
  const bytes = fields(type, position);
  const crc = Buffer.alloc(2);
  crc.writeUInt16BE(crc16(bytes));
  return Buffer.from(`**\x18B${Buffer.concat([bytes, crc]).toString('hex')}\r\n\x11`, 'latin1');
}

/** A header with a CRC of 32 bits. */
function binary(type: number, position = 0): Buffer {
  const bytes = fields(type, position);
  return Buffer.concat([Buffer.from('*\x18C', 'latin1'), escape(Buffer.concat([bytes, sum(bytes)]))]);
}

function subpacket(data: Buffer, end: number): Buffer {
  const crc = sum(Buffer.concat([data, Buffer.from([end])]));
  return Buffer.concat([escape(data), Buffer.from([0x18, end]), escape(crc)]);
}

function fields(type: number, position: number): Buffer {
  const bytes = Buffer.from([type, 0, 0, 0, 0]);
  bytes.writeUInt32LE(position, 1);
  return bytes;
}

function sum(bytes: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(bytes));
  return crc;
}

function escape(bytes: Buffer): Buffer {
  const must = new Set([0x18, 0x10, 0x11, 0x13, 0x90, 0x91, 0x93]);
  return Buffer.from([...bytes].flatMap((byte) => (must.has(byte) ? [0x18, byte ^ 0x40] : [byte])));
}

/** What a sender sends of one file, up to its end. */
function file(name: string, content: Buffer): Buffer {
  const parts = [];
  for (let at = 0; at < content.length; at += 1024) {
    const end = at + 1024 >= content.length ? END : GO_ON;
    parts.push(subpacket(content.subarray(at, at + 1024), end));
  }
  return Buffer.concat([
    binary(ZFRAME.FILE),
    subpacket(Buffer.from(`${name}\0${content.length} 0 0 0`), END),
    ...(parts.length > 0 ? [binary(ZFRAME.DATA), ...parts] : []),
    binary(ZFRAME.EOF, content.length),
  ]);
}

/** A gate with both sides played here. */
class Bench {
  readonly records: TransferRecord[] = [];
  readonly told: Buffer[] = [];
  readonly answers: Buffer[] = [];
  readonly allowed = new Set<Action>(['connect', 'upload', 'download']);
  now = 0;
  readonly gate: ZmodemGate;

  constructor() {
    const terms = {} as GrantTerms;
    const origin = { terms, sessionId: null, sourceAddress: '', protocol: 'zmodem', command: null } as const;
    const log = new TransferLog(origin, { note: (record) => this.records.push(record) });
    this.gate = new ZmodemGate(
      log,
      () => this.allowed,
      () => this.now,
    );
    this.gate.connect(
      (bytes) => this.answers.push(bytes),
      (bytes) => this.told.push(bytes),
    );
  }

  fromAsset(bytes: Buffer, cut = Infinity): Buffer {
    return this.feed(bytes, cut, (chunk) => this.gate.output(chunk));
  }

  fromUser(bytes: Buffer, cut = Infinity): Buffer {
    return this.feed(bytes, cut, (chunk) => this.gate.input(chunk));
  }

  private feed(bytes: Buffer, cut: number, pass: (chunk: Buffer) => readonly Buffer[]): Buffer {
    const passed: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += cut) passed.push(...pass(bytes.subarray(at, at + cut)));
    return Buffer.concat(passed);
  }
}

describe('ZMODEM inside a session', () => {
  const content = Buffer.concat([randomBytes(5_000), Buffer.from([0x18, 0x18, 0x18, 0x18, 0x18, 0x18])]);
  const digest = createHash('sha256').update(content).digest('hex');

  it.each([Infinity, 1, 2, 7, 1000])('is recorded however its bytes are cut (%s)', (cut) => {
    const bench = new Bench();
    const sent = Buffer.concat([Buffer.from('$ sz a\r\nrz\r'), hex(ZFRAME.RQINIT)]);
    expect(bench.fromAsset(sent, cut)).toEqual(sent);
    bench.fromUser(hex(ZFRAME.RINIT), cut);
    const whole = file('a b', content);
    expect(bench.fromAsset(whole, cut)).toEqual(whole);
    bench.fromUser(hex(ZFRAME.RINIT), cut);
    bench.fromAsset(file('empty', Buffer.alloc(0)), cut);
    bench.fromUser(hex(ZFRAME.RINIT), cut);
    bench.fromAsset(hex(ZFRAME.FIN), cut);
    bench.fromUser(hex(ZFRAME.FIN), cut);
    const common = { direction: 'download', result: 'complete', digestGap: null };
    expect(bench.records).toMatchObject([
      { ...common, path: 'a b', size: content.length, sha256: digest },
      { ...common, path: 'empty', size: 0 },
    ]);
    expect(bench.fromUser(Buffer.from('ls\r'))).toEqual(Buffer.from('ls\r'));
  });

  it.each([Infinity, 1, 3])('that the rules leave out is stopped at both ends at its begin (%s)', (cut) => {
    const bench = new Bench();
    bench.allowed.delete('upload');
    const begin = Buffer.concat([Buffer.from('rz waiting.'), hex(ZFRAME.RINIT)]);
    const passed = bench.fromAsset(begin, cut);
    expect(passed.toString('latin1')).not.toContain(hex(ZFRAME.RINIT).toString('latin1', 0, 18));
    expect(bench.told).toEqual([CANCEL]);
    expect(bench.answers[0]?.subarray(0, CANCEL.length)).toEqual(CANCEL);
    expect(bench.records).toMatchObject([{ direction: 'upload', result: 'refused', size: 0, sha256: null }]);
  });

  it('ends when the rules change under way, and no byte passes from then on', () => {
    const bench = new Bench();
    bench.fromAsset(hex(ZFRAME.RQINIT));
    bench.fromUser(hex(ZFRAME.RINIT));
    const whole = file('a', content);
    bench.fromAsset(whole.subarray(0, 2_500));
    bench.allowed.delete('download');
    expect(bench.fromAsset(whole.subarray(2_500))).toHaveLength(0);
    expect(bench.told).toEqual([CANCEL]);
    const [cut] = bench.records;
    const sum = createHash('sha256').update(content.subarray(0, cut?.size)).digest('hex');
    expect(cut).toMatchObject({ path: 'a', result: 'cut_off', sha256: sum, digestGap: 'partial' });
  });

  it('has no digest of what was sent twice or from the middle, nor of what was not taken', () => {
    const bench = new Bench();
    bench.fromAsset(hex(ZFRAME.RINIT));
    const head = [binary(ZFRAME.FILE), subpacket(Buffer.from('a\x005 0'), END)];
    const part = (at: number, text: string): Buffer[] => [
      binary(ZFRAME.DATA, at),
      subpacket(Buffer.from(text), END),
    ];
    bench.fromUser(Buffer.concat([...head, ...part(0, 'abc'), ...part(0, 'abcde'), binary(ZFRAME.EOF, 5)]));
    bench.fromAsset(hex(ZFRAME.RINIT));
    bench.fromUser(Buffer.concat([...head, ...part(3, 'de'), binary(ZFRAME.EOF, 5)]));
    bench.fromAsset(hex(ZFRAME.RINIT));
    bench.fromUser(Buffer.concat(head));
    bench.fromAsset(hex(ZFRAME.SKIP));
    expect(bench.records).toMatchObject([
      { result: 'complete', sha256: null, digestGap: 'out_of_order' },
      { result: 'complete', sha256: null, digestGap: 'out_of_order' },
      { result: 'failed', sha256: null },
    ]);
  });

  it('is over with five CANs, with other output, after silence, and with the session', () => {
    const begin = (bench: Bench): void => {
      bench.fromAsset(hex(ZFRAME.RQINIT));
      bench.fromAsset(file('a', content).subarray(0, 3_000));
    };
    const ends: ((bench: Bench) => void)[] = [
      (bench) => bench.fromUser(Buffer.from('\x18\x18\x18\x18\x18')),
      (bench) => bench.fromAsset(Buffer.alloc(200_000, 'no frame\r\n')),
      (bench) => {
        bench.now += 61_000;
        bench.fromUser(Buffer.from('ls\r'));
      },
      (bench) => {
        bench.gate.closed();
      },
    ];
    for (const end of ends) {
      const bench = new Bench();
      begin(bench);
      expect(bench.records).toHaveLength(0);
      end(bench);
      expect(bench.records).toMatchObject([{ path: 'a', result: 'cut_off' }]);
    }
  });

  it('never lets a command pass to the end that receives', () => {
    const bench = new Bench();
    bench.fromAsset(hex(ZFRAME.RQINIT));
    bench.fromUser(hex(ZFRAME.RINIT));
    const command = Buffer.concat([binary(ZFRAME.COMMAND), subpacket(Buffer.from('rm -rf ~\0'), END)]);
    expect(bench.fromAsset(command)).toHaveLength(0);
    expect(bench.told).toEqual([CANCEL]);
  });

  it('survives anything, passing it as it is', () => {
    const bench = new Bench();
    bench.fromAsset(hex(ZFRAME.RQINIT));
    for (let round = 0; round < 300; round++) {
      const noise = randomBytes(1 + (round % 97));
      for (let at = 0; at < noise.length; at += 3) noise[at] = [0x18, 0x2a, 0x43, 0x69, 0x6b][at % 5] ?? 0;
      const cancels = noise.includes(Buffer.from([0x18, 0x18, 0x18, 0x18, 0x18]));
      expect(bench.fromAsset(noise).equals(noise) || cancels).toBe(true);
      if (round % 10 === 0) bench.fromAsset(binary([ZFRAME.FILE, ZFRAME.DATA, ZFRAME.EOF][round % 3] ?? 0));
    }
    bench.gate.closed();
    expect(bench.answers).toHaveLength(0);
  });

  it('is not taken for one by a header whose checksum is wrong, nor by one that stands in the text of a program', () => {
    const bench = new Bench();
    bench.allowed.clear();
    const lookalike = Buffer.from('**\x18B0000000000000ff **\x18B0%s');
    expect(bench.fromAsset(lookalike, 5)).toEqual(lookalike);
    expect(bench.told).toHaveLength(0);
  });
});
