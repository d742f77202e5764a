import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CANCEL, hexHeader, SUBPACKET_END, ZFRAME } from '../files/zmodem-frames.js';
import { FrameWriter } from './frame-writer.js';
import type { Patience } from './zmodem-limits.js';
import { ZmodemLine } from './zmodem-line.js';
import { ZmodemReceiver, type OfferedFile } from './zmodem-receiver.js';
import { ZmodemSender } from './zmodem-sender.js';

const QUICK: Patience = { stepMs: 40, beginMs: 400, silenceMs: 400 };
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Changes bytes on their way. */
type Spoil = (bytes: Buffer) => Buffer;

/** Both ends of a line, with whatever happens on it between them. */
function joined(spoil: Spoil = (bytes) => bytes): { one: ZmodemLine; other: ZmodemLine; wire: PassThrough } {
  const there = new PassThrough();
  const back = new PassThrough();
  const spoilt = new PassThrough();
  there.on('data', (chunk: Buffer) => spoilt.write(spoil(chunk)));
  return { one: new ZmodemLine(back, there), other: new ZmodemLine(spoilt, back), wire: spoilt };
}

async function* pieces(content: Buffer, size = 3_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  await Promise.resolve();
}

interface Got {
  file: OfferedFile;
  content: Buffer;
}

async function receiveAll(line: ZmodemLine, got: Got[], patience = QUICK): Promise<void> {
  await new ZmodemReceiver(line, patience).receive(async (file, bytes) => {
    const parts: Buffer[] = [];
    for await (const chunk of bytes) parts.push(chunk);
    got.push({ file, content: Buffer.concat(parts) });
  });
}

async function sendAll(line: ZmodemLine, contents: readonly Buffer[], patience = QUICK): Promise<boolean[]> {
  const sender = new ZmodemSender(line, patience);
  await sender.begin();
  const taken: boolean[] = [];
  for (const [index, content] of contents.entries())
    taken.push(await sender.send({ name: `${index}.bin`, size: content.length }, pieces(content)));
  await sender.finish();
  return taken;
}

describe('ZMODEM', () => {
  const contents = [
    Buffer.concat([EVERY_BYTE, Buffer.from('\x18'.repeat(50)), Buffer.from('\r~.\r\n~.')]),
    Buffer.alloc(0),
    randomBytes(700_000),
  ];

  it('carries files of every byte, empty ones and several', async () => {
    const { one, other } = joined();
    const got: Got[] = [];
    const [taken] = await Promise.all([sendAll(one, contents), receiveAll(other, got)]);
    expect(taken).toEqual([true, true, true]);
    expect(got.map(({ file }) => file.name)).toEqual(['0.bin', '1.bin', '2.bin']);
    expect(
      got.every(
        ({ content, file }, index) =>
          content.equals(contents[index] ?? content) && file.size === content.length,
      ),
    ).toBe(true);
  });

  it.each([1, 3, 17])('mends what is spoilt on the way: every %ith chunk', async (every) => {
    let count = 0;
    const { one, other } = joined((bytes) => {
      const isSpoilt = bytes.length > 500 && ++count % (every * 40) === 7;
      if (!isSpoilt) return bytes;
      const spoilt = Buffer.from(bytes);
      spoilt[300] = (spoilt[300] ?? 0) ^ 0x01;
      return every === 3 ? spoilt.subarray(0, 400) : spoilt;
    });
    const got: Got[] = [];
    const [taken] = await Promise.all([sendAll(one, contents), receiveAll(other, got)]);
    expect(taken).toEqual([true, true, true]);
    expect(count).toBeGreaterThan(every * 40);
    expect(got.map(({ content }, index) => content.equals(contents[index] ?? content))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('has a file skipped that is not taken, or not to its end, and goes on with the next', async () => {
    const { one, other } = joined();
    const got: string[] = [];
    const receiving = new ZmodemReceiver(other, QUICK).receive(async ({ name }, bytes) => {
      if (name === '0.bin') return;
      for await (const chunk of bytes) {
        got.push(`${name} ${chunk.length > 0}`);
        if (name === '2.bin') break;
      }
    });
    const [taken] = await Promise.all([sendAll(one, [...contents, Buffer.from('last')]), receiving]);
    expect(taken).toEqual([false, true, false, true]);
    expect(got).toEqual(['2.bin true', '3.bin true']);
  });

  it.each([
    ['five CANs', Buffer.from('\x18'.repeat(5)), 'cancelled'],
    ['Ctrl-C', Buffer.from('\x03'), 'cancelled'],
    ['an answer that it failed', hexHeader(ZFRAME.FERR), 'cancelled'],
    [
      'a command',
      new FrameWriter({ wideCrc: true, escapesControls: false }).header(ZFRAME.COMMAND),
      'broken',
    ],
    ['nothing', Buffer.alloc(0), 'silent'],
  ])('ends with %s', async (_name, said, fault) => {
    const input = new PassThrough();
    const line = new ZmodemLine(input, new PassThrough().resume());
    input.write(said);
    await expect(receiveAll(line, [])).rejects.toMatchObject({ fault });
  });

  it('ends for whoever waits when the connection goes, while it sends as well', async () => {
    const input = new PassThrough();
    const full = new PassThrough({ highWaterMark: 1 });
    const line = new ZmodemLine(input, full);
    const sending = sendAll(line, [], { ...QUICK, beginMs: 60_000, stepMs: 60_000 });
    await sleep(20);
    input.destroy();
    await expect(sending).rejects.toMatchObject({ fault: 'gone' });
  });

  it('tells the other end to give up, and takes nothing of what still comes for keys', async () => {
    const { one, other, wire } = joined();
    const sending = sendAll(one, [Buffer.alloc(3_000_000, 'q\r')]);
    const receiving = new ZmodemReceiver(other, QUICK).receive(async (_file, bytes) => {
      for await (const chunk of bytes) if (chunk.length > 0) throw new Error('the disk is full');
    });
    await expect(receiving).rejects.toThrow('the disk is full');
    other.cancel();
    const closed = other.close(100, 5_000);
    await expect(sending).rejects.toMatchObject({ fault: 'cancelled' });
    expect(await closed).toBe(true);
    expect(wire.readableLength).toBe(0);
  });

  it('does not begin in the middle, for its source can not be read from anywhere', async () => {
    const { one, other } = joined();
    const sending = sendAll(one, [Buffer.from('whole')]);
    for (;;) {
      const said = await other.next(1_000);
      if (said?.kind === 'header' && said.type === ZFRAME.RQINIT)
        await other.send(hexHeader(ZFRAME.RINIT, 0x23000000));
      if (said?.kind === 'data') break;
    }
    await other.send(hexHeader(ZFRAME.RPOS, 3));
    await expect(sending).rejects.toMatchObject({ fault: 'no_resume' });
  });

  it.each([
    [0x23, 0],
    [0x60, 0],
    [0x01, 0],
    [0x03, 4096],
  ])('sends as the receiver can take it: flags %i, buffer %i', async (flags, buffer) => {
    const { one, other } = joined();
    const content = randomBytes(20_000);
    const sending = sendAll(one, [content]);
    let unanswered = 0;
    let most = 0;
    const parts: Buffer[] = [];
    let type = -1;
    while (type !== ZFRAME.FIN) {
      const said = await other.next(1_000);
      if (!said) throw new Error('nothing came');
      if (said.kind === 'header') {
        ({ type } = said);
        const ready = hexHeader(ZFRAME.RINIT, flags * 2 ** 24 + buffer);
        if (type === ZFRAME.RQINIT || type === ZFRAME.EOF) await other.send(ready);
        else if (type === ZFRAME.FIN) await other.send(hexHeader(ZFRAME.FIN));
        else if (type === ZFRAME.DATA) expect(said.position).toBe(Buffer.concat(parts).length);
      } else if (said.kind === 'data' && type === ZFRAME.FILE) await other.send(hexHeader(ZFRAME.RPOS));
      else if (said.kind === 'data') {
        parts.push(said.bytes);
        unanswered += said.bytes.length;
        most = Math.max(most, unanswered);
        if (said.end === SUBPACKET_END.Q || said.end === SUBPACKET_END.W) {
          unanswered = 0;
          await other.send(hexHeader(ZFRAME.ACK, Buffer.concat(parts).length));
        }
      }
    }
    await sending;
    expect(Buffer.concat(parts).equals(content)).toBe(true);
    if (buffer > 0) expect(most).toBeLessThanOrEqual(buffer);
    else if (flags < 0x23 || flags === 0x60) expect(most).toBeLessThanOrEqual(1024);
  });

  it('never writes a control character where the receiver asks for that', () => {
    const writer = new FrameWriter({ wideCrc: true, escapesControls: true });
    const written = writer.subpacket(EVERY_BYTE, SUBPACKET_END.G);
    expect([...written].filter((byte) => (byte & 0x7f) < 0x20 && byte !== 0x18)).toEqual([]);
    expect(CANCEL.subarray(0, 5)).toEqual(Buffer.from('\x18'.repeat(5)));
  });
});
