/** What nearly all segments need: a few keys and their echo. */
const SMALL_BYTES = 4 * 1024;
/** Small ones are kept for as many recordings as are written to within a second. */
const SMALL_SPARES = 256;
/** Larger ones, the largest there were: of a flood what comes, what is being written, and its lines. */
const LARGE_SPARES = 3;
const small: Buffer[] = [];
/** The smallest first. */
const large: Buffer[] = [];

/**
 * Bytes one after the other, in memory that is used again. What waits for a second (what was shown, for the recording) would
 * as objects outlive V8's young generation, and lie there until its next full collection, which every session feels.
 * Release it always.
 */
export class ReusedBytes {
  private buffer = obtain(SMALL_BYTES);
  private used = 0;

  get length(): number {
    return this.used;
  }

  add(bytes: Uint8Array): void {
    const end = this.used + bytes.length;
    this.reserve(end);
    this.buffer.set(bytes, this.used);
    this.used = end;
  }

  /** Adds a line and its end, UTF-8. */
  addLine(line: string): void {
    const end = this.used + Buffer.byteLength(line) + 1;
    this.reserve(end);
    this.buffer.write(line, this.used);
    this.buffer[end - 1] = 0x0a;
    this.used = end;
  }

  /** A view of a part; valid until more is added or all is released. */
  view(start = 0, end = this.used): Buffer {
    return this.buffer.subarray(start, end);
  }

  /** Gives the memory back. */
  release(): void {
    giveBack(this.buffer, this.used);
    this.buffer = NOTHING;
    this.used = 0;
  }

  private reserve(end: number): void {
    if (end <= this.buffer.length) return;
    const larger = obtain(Math.max(end, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.used);
    giveBack(this.buffer, this.used);
    this.buffer = larger;
  }
}

const NOTHING = Buffer.alloc(0);

function obtain(atLeast: number): Buffer {
  if (atLeast <= SMALL_BYTES) return small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
  const spare = large.findIndex(({ length }) => length >= atLeast);
  return (spare < 0 ? undefined : large.splice(spare, 1)[0]) ?? Buffer.allocUnsafeSlow(atLeast);
}

/** What was typed may hold a password: it does not stay. */
function giveBack(buffer: Buffer, used: number): void {
  buffer.fill(0, 0, used);
  if (buffer.length === SMALL_BYTES && small.length < SMALL_SPARES) small.push(buffer);
  else if (buffer.length > SMALL_BYTES) {
    large.push(buffer);
    large.sort((one, other) => one.length - other.length);
    // what something outgrew doesn't take the place of what it grew to
    if (large.length > LARGE_SPARES) large.shift();
  }
}
