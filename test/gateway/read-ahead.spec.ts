import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ClientChannel, ServerChannel } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitReadAhead } from '../../apps/gateway/src/session/read-ahead.js';
import { startSsh2Pair, type Ssh2Pair } from './ssh2-pair.js';

const LIMIT = 256 * 1024;
const FIRST_WINDOW = 2 * 1024 * 1024;
const content = randomBytes(5 * 1024 * 1024 + 17);
/** Odd pieces, an even number of them. */
const PIECES = Array.from({ length: 80 }, (_, at) => content.subarray(at * 65_537, (at + 1) * 65_537));
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let pair: Ssh2Pair;

beforeAll(async () => {
  pair = await startSsh2Pair(flood);
});
afterAll(() => pair.stop());

/** Sends the content over what the command names: one of the streams, or piece by piece over both of them in turn. */
function flood(channel: ServerChannel, command: string): void {
  const end = (): void => {
    channel.exit(0);
    channel.end();
  };
  if (command === 'out') channel.end(content);
  else if (command === 'error') channel.stderr.write(content, end);
  else {
    for (const [at, piece] of PIECES.entries()) {
      const last = at === PIECES.length - 1;
      (at % 2 === 0 ? channel : channel.stderr).write(piece, () => last && end());
    }
  }
}

/** What has arrived and waits, once nothing more comes. */
async function waiting(channel: ClientChannel): Promise<number> {
  const now = (): number => channel.readableLength + channel.stderr.readableLength;
  let before = 0;
  while (before === 0 || before !== now()) {
    before = now();
    await setTimeout(20);
  }
  return before;
}

it.each(['out', 'error'] as const)(
  'holds the asset back once the first window is used up: %s',
  async (command) => {
    const channel = await pair.exec(command);
    limitReadAhead(channel, LIMIT);
    const read = command === 'out' ? channel : channel.stderr;
    const other = command === 'out' ? channel.stderr : channel;
    other.resume();
    const chunks: Buffer[] = [];
    let length = 0;
    let most = 0;
    while (length < content.length) {
      const held = await waiting(channel);
      if (length > FIRST_WINDOW) most = Math.max(most, held);
      const chunk = read.read(Math.min(LIMIT / 2, held)) as Buffer;
      chunks.push(chunk);
      length += chunk.length;
    }
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(content));
    expect(most).toBeLessThanOrEqual(LIMIT);
    expect(most).toBeGreaterThan(LIMIT / 4);
  },
);

it.each(['out', 'error'])('lets through whole what is read as it comes: %s', async (command) => {
  const channel = await pair.exec(command);
  limitReadAhead(channel, LIMIT);
  const chunks: Buffer[] = [];
  for (const stream of [channel, channel.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => channel.once('close', resolve));
  expect(sha256(Buffer.concat(chunks))).toBe(sha256(content));
});

it('lets through whole what comes over both streams, each with pauses of its own', async () => {
  const channel = await pair.exec('both');
  limitReadAhead(channel, LIMIT);
  const streams = [channel, channel.stderr];
  const chunks: [Buffer[], Buffer[]] = [[], []];
  for (const [side, stream] of streams.entries()) {
    let count = 0;
    stream.on('data', (chunk: Buffer) => {
      chunks[side === 0 ? 0 : 1].push(chunk);
      if (++count % 5 !== 0) return;
      stream.pause();
      void setTimeout(5 + 7 * side).then(() => stream.resume());
    });
  }
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.once('end', resolve))));
  for (const side of [0, 1] as const) {
    const sent = PIECES.filter((_, at) => at % 2 === side);
    expect(sha256(Buffer.concat(chunks[side])), String(side)).toBe(sha256(Buffer.concat(sent)));
  }
});
