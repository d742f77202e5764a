/** A source that is read once, of which what the receiver has not acknowledged can be read again. */
export class SentBytes {
  /** Offset of the first byte that is kept. */
  base: number;
  private kept: Buffer[] = [];
  private end: number;
  private rest: Buffer = Buffer.alloc(0);
  private readonly source: AsyncIterator<Buffer>;
  private coming: Promise<IteratorResult<Buffer>> | null = null;

  /** @param start where in the file the source begins */
  constructor(source: AsyncIterable<Buffer>, start = 0) {
    this.base = this.end = start;
    this.source = source[Symbol.asyncIterator]();
  }

  /** The byte at this offset, or the end, can be read. */
  has(offset: number): boolean {
    return offset >= this.base && offset <= this.end;
  }

  /** The receiver has all before this offset. */
  acknowledge(offset: number): void {
    const to = Math.min(offset, this.end);
    for (let first = this.kept[0]; first && this.base < to; first = this.kept[0]) {
      const taken = Math.min(first.length, to - this.base);
      this.base += taken;
      if (taken === first.length) this.kept.shift();
      else this.kept[0] = first.subarray(taken);
    }
  }

  /** What stands at this offset, `most` bytes at most; null: the source has nothing yet. */
  async at(offset: number, most: number, timeoutMs: number): Promise<Buffer | 'end' | null> {
    let from = this.base;
    for (const piece of offset < this.end ? this.kept : []) {
      if (offset < from + piece.length) return piece.subarray(offset - from, offset - from + most);
      from += piece.length;
    }
    while (this.rest.length === 0) {
      const next = await this.read(timeoutMs);
      if (next === null) return null;
      if (next.done) return 'end';
      this.rest = next.value;
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(most);
    this.kept.push(piece);
    this.end += piece.length;
    return piece;
  }

  private async read(timeoutMs: number): Promise<IteratorResult<Buffer> | null> {
    this.coming ??= this.source.next();
    this.coming.catch(() => undefined); // told when it is waited for
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        resolve(null);
      }, timeoutMs);
    });
    const next = await Promise.race([this.coming, late]);
    clearTimeout(timer);
    // the end is given again to whoever asks again
    if (next && !next.done) this.coming = null;
    return next;
  }
}
