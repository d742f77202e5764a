import { ReusedBytes } from '#libs/kernel';

/** Output that follows within this time joins the event before it; nobody sees such steps. */
const JOIN_MS = 8;

/** What stands between outputs: a new size, or a note. */
interface Mark {
  at: number;
  /** Byte of the output before which it stands. */
  position: number;
  code: 'r' | 'm';
  data: string;
}

/** An event of a recording, its moment in milliseconds. Output is a view, valid until the segment is released. */
export type PendingEvent =
  { at: number; code: 'o'; data: Buffer } | { at: number; code: 'r' | 'm'; data: string };

/** What a recording has still to write: all output in a row, the moments at which it came, and marks between. */
export class PendingSegment {
  private readonly output = new ReusedBytes();
  /** Moment and first byte of each output, in turns: numbers in one array, not an object for each key. */
  private readonly starts: number[] = [];
  private readonly marks: Mark[] = [];
  private endsInOutput = false;
  private last = 0;

  /** Bytes of output. */
  get shown(): number {
    return this.output.length;
  }

  /** Moment of the first event, milliseconds. */
  get firstAt(): number {
    return Math.min(this.starts[0] ?? Infinity, this.marks[0]?.at ?? Infinity);
  }

  /** Moment of the last event, milliseconds. */
  get lastAt(): number {
    return this.last;
  }

  addOutput(at: number, chunk: Uint8Array): void {
    if (!this.endsInOutput || at - this.last >= JOIN_MS) {
      this.starts.push(at, this.output.length);
      this.last = at;
      this.endsInOutput = true;
    }
    this.output.add(chunk);
  }

  /** Adds a mark where its moment belongs. */
  addMark(at: number, code: Mark['code'], data: string): void {
    const mark = { at, position: this.positionAt(at), code, data };
    // nearly always after all others
    const before = this.marks.findLastIndex((other) => other.at <= at);
    this.marks.splice(before + 1, 0, mark);
    if (at < this.last) return;
    this.last = at;
    this.endsInOutput = false;
  }

  /** All events in their order. */
  *events(): Generator<PendingEvent> {
    const { starts, marks, output } = this;
    let next = 0;
    for (let index = 0; index < starts.length; index += 2) {
      const start = starts[index + 1] ?? 0;
      for (let mark = marks[next]; mark && mark.position <= start; mark = marks[++next]) yield mark;
      yield { at: starts[index] ?? 0, code: 'o', data: output.view(start, starts[index + 3]) };
    }
    yield* marks.slice(next);
  }

  /** The last bytes of the output, at most so many. */
  tail(bytes: number): Buffer {
    return this.output.view(Math.max(0, this.output.length - bytes));
  }

  /** Gives the memory back. */
  release(): void {
    this.output.release();
  }

  /** First byte of the first output after a moment. */
  private positionAt(at: number): number {
    let position = this.output.length;
    for (let index = this.starts.length - 2; (this.starts[index] ?? -Infinity) > at; index -= 2)
      position = this.starts[index + 1] ?? 0;
    return position;
  }
}
