/** A run of bytes of a file: from one offset up to another, which is no part of it. */
export interface ByteRange {
  from: number;
  to: number;
}

/** Runs apart from each other that are kept; who reads more scattered than that is not followed. */
const MAX_RANGES = 1_024;

/** Which bytes of a file were read, in whatever order and however often. */
export class ByteRanges {
  /** In order, none touching the next. */
  private readonly ranges: ByteRange[] = [];
  private isScattered = false;

  /** The one run that they make; null: none, or there are holes. */
  get run(): ByteRange | null {
    const [only, ...others] = this.ranges;
    return only && others.length === 0 && !this.isScattered ? only : null;
  }

  add(from: number, to: number): void {
    if (this.isScattered || to <= from) return;
    const last = this.ranges.at(-1);
    if (last && from >= last.from && from <= last.to) {
      last.to = Math.max(last.to, to);
      return;
    }
    const before = this.ranges.filter((range) => range.to < from);
    const behind = this.ranges.filter((range) => range.from > to);
    const touched = this.ranges.slice(before.length, this.ranges.length - behind.length);
    const joined = {
      from: Math.min(from, ...touched.map((range) => range.from)),
      to: Math.max(to, ...touched.map((range) => range.to)),
    };
    this.ranges.splice(0, this.ranges.length, ...before, joined, ...behind);
    this.isScattered = this.ranges.length > MAX_RANGES;
  }
}
