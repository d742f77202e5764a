import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel, ServerChannel } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bounded } from '../../apps/gateway/src/ssh/bounded-channel.js';
import { startSsh2Pair, type Ssh2Pair } from './ssh2-pair.js';

const KIBIBYTE = 1024;
/** What ssh2 gives the other side of a channel. */
const WINDOW = 2048 * KIBIBYTE;
const QUEUE = 128 * KIBIBYTE;
const PACKET = 32 * KIBIBYTE;

let pair: Ssh2Pair;
/** The server's side of the channel that was opened last. */
let served: ServerChannel;

beforeAll(async () => {
  pair = await startSsh2Pair((channel) => (served = channel));
});
afterAll(() => pair.stop());

const open = (): Promise<ClientChannel> => pair.exec('flood');

/** Writes until the stream has enough; gives how much it took. */
function fill(stream: NodeJS.WritableStream): number {
  const piece = Buffer.alloc(PACKET);
  let written = 0;
  do written += piece.length;
  while (stream.write(piece) && written < 4 * WINDOW);
  return written;
}

it('keeps one window and a little of what nobody reads, in memory of its own', async () => {
  const channel = bounded(await open());
  channel.pause();
  served.write(Buffer.alloc(4 * WINDOW));
  let before = -1;
  while (before !== channel.readableLength) {
    before = channel.readableLength;
    await sleep(100);
  }
  expect(channel.readableLength).toBeGreaterThan(QUEUE);
  expect(channel.readableLength).toBeLessThanOrEqual(WINDOW + QUEUE + PACKET);
  const first = channel.read(PACKET / 2) as Buffer;
  expect(first.buffer.byteLength).toBeLessThanOrEqual(PACKET);
  channel.close();
});

it('has a writer wait once the other side’s window is used up', async () => {
  const channel = await open();
  channel.pause();
  bounded(served);
  let written = 0;
  while (served.writableLength < QUEUE) {
    written += fill(served);
    await sleep(20);
  }
  await sleep(100);
  expect(served.writableLength).toBeLessThanOrEqual(QUEUE + PACKET);
  // ssh2’s own client takes up to two windows before it is full
  expect(written).toBeLessThanOrEqual(2 * WINDOW + 2 * QUEUE);
  channel.close();
});

it('passes all of it, in order, to whoever reads', async () => {
  const channel = await open();
  bounded(served);
  const content = randomBytes(3 * WINDOW);
  const chunks: Buffer[] = [];
  channel.on('data', (chunk: Buffer) => chunks.push(chunk));
  served.end(content);
  await new Promise((resolve) => channel.once('close', resolve));
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
});
