import { afterEach, describe, expect, it, vi } from 'vitest';
import { PacketSplitter, type Verdict } from './packet-splitter.js';

const SIZE = 200_000;

/** A packet of this many bytes, its length field included. */
function packet(size: number, type = 1): Buffer {
  const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
  bytes.writeUInt32BE(size - 4, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the cutting of SFTP at its packets', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([1, 3, 4, 5, 1000, 65_536])('gives the same heads in chunks of %i bytes', (chunkSize) => {
    const packets = [packet(5), packet(9), packet(70_000), packet(33), packet(64), packet(65)];
    const heads: Buffer[] = [];
    const splitter = new PacketSplitter({
      headBytes: () => SIZE,
      head: (head): Verdict => {
        heads.push(head);
        return 'pass';
      },
      body: () => undefined,
    });
    const passed: Buffer[] = [];
    for (const chunk of cut(Buffer.concat(packets), chunkSize)) passed.push(...splitter.feed(chunk));
    expect(heads.map((head, index) => head.equals(packets[index] ?? Buffer.alloc(0)))).toEqual(
      packets.map(() => true),
    );
    expect(Buffer.concat(passed).equals(Buffer.concat(packets))).toBe(true);
  });

  it('copies no more than a few times the bytes of a head that comes byte by byte', () => {
    const chunks = [...cut(packet(SIZE), 1)];
    const copied: number[] = [];
    const concat = Buffer.concat.bind(Buffer);
    vi.spyOn(Buffer, 'concat').mockImplementation((parts, size) => {
      const whole = concat(parts, size);
      copied.push(whole.length);
      return whole;
    });
    const copy = vi.spyOn(Buffer.prototype, 'copy');
    let heads = 0;
    const splitter = new PacketSplitter({
      headBytes: () => SIZE,
      head: () => {
        heads++;
        return 'drop';
      },
      body: () => undefined,
    });
    for (const chunk of chunks) splitter.feed(chunk);
    expect(heads).toBe(1);
    const all = copied.concat(copy.mock.results.map(({ value }) => Number(value)));
    const sum = all.reduce((total, each) => total + each, 0);
    expect(sum).toBeGreaterThanOrEqual(SIZE);
    expect(sum).toBeLessThan(4 * SIZE);
  });
});
