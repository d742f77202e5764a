/** What lines begin with: nearly all segments are a few keys and their echo. */
const FIRST_BYTES = 4 * 1024;
/** Memory kept for the next segments, as it grew. */
const SPARES = 2;
const spares: Buffer[] = [];

/**
 * Lines of a segment, one after the other in memory that is used again: output of zeros takes six times its size as JSON,
 * and as garbage it would lie there until Node's next full collection. Release it always, when the segment is written.
 */
export class SegmentLines {
  private buffer = spares.pop() ?? Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  /** Adds a line, without its end. */
  add(line: string): void {
    const end = this.length + Buffer.byteLength(line) + 1;
    if (end > this.buffer.length) this.grow(end);
    this.buffer.write(line, this.length);
    this.buffer[end - 1] = 0x0a;
    this.length = end;
  }

  /** All lines; valid until they are released. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Gives the memory back. */
  release(): void {
    if (spares.length < SPARES) spares.push(this.buffer);
    this.buffer = Buffer.alloc(0);
    this.length = 0;
  }

  private grow(atLeast: number): void {
    const larger = Buffer.allocUnsafe(Math.max(atLeast, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
