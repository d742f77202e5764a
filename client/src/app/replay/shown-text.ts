/** A place where a searched text was shown. */
export interface ShownHit {
  /** Seconds of the recording at which it stood there whole. */
  readonly at: number;
  /** The line that holds it. */
  readonly line: string;
}

/** Stand for the control characters ESC and BEL while sequences are looked for; of the private use area. */
const [ESC, BEL] = ['\ue000', '\ue001'];
/** Control sequences of ECMA-48 and xterm: CSI, strings such as titles, and those of two or three characters. */
const SEQUENCES =
  /\ue000\[[0-?]*[ -/]*[@-~]|\ue000[\]PX^_][^\ue000\ue001]*(?:\ue001|\ue000\\)?|\ue000[ -/]*[0-~]|[\ue000\ue001]/g;
/** Those that move the cursor to another place: what follows is another line. */
const MOVES = /\ue000\[[0-9;]*[HfABEFGdJ]/g;
const CONTROLS = /[^\P{Cc}\n\t]/gu;
const MOST_LINE = 200;

/** What a terminal was sent, as plain text with the times; pages that programs paint are only approximately lines. */
export class ShownText {
  private readonly starts: number[] = [];
  private readonly times: number[] = [];
  private parts: string[] = [];
  private length = 0;
  private lower = '';
  private whole = '';

  append(at: number, output: string): void {
    const marked = output.replaceAll('\u001b', ESC).replaceAll('\u0007', BEL);
    const plain = marked.replace(MOVES, '\n').replace(SEQUENCES, '').replace(CONTROLS, '');
    if (plain === '') return;
    this.starts.push(this.length);
    this.times.push(at);
    this.parts.push(plain);
    this.length += plain.length;
  }

  /** The first `most` places in their order, one for each line; upper and lower case are the same. */
  find(text: string, most: number): ShownHit[] {
    this.join();
    const sought = text.toLowerCase();
    const hits: ShownHit[] = [];
    for (let from = 0; sought !== '' && hits.length < most;) {
      const found = this.lower.indexOf(sought, from);
      if (found === -1) break;
      const begin = this.whole.lastIndexOf('\n', found) + 1;
      const next = this.whole.indexOf('\n', found);
      const end = next === -1 ? this.whole.length : next;
      const cut = Math.max(begin, found - MOST_LINE / 2);
      hits.push({
        at: this.timeOf(found + sought.length - 1),
        line: this.whole.slice(cut, Math.min(end, cut + MOST_LINE)).trim(),
      });
      from = Math.max(end, found + sought.length);
    }
    return hits;
  }

  private join(): void {
    if (this.parts.length === 0) return;
    const added = this.parts.join('');
    this.parts = [];
    this.whole += added;
    // a letter whose lower case is longer would shift all places behind it
    const lower = added.toLowerCase();
    this.lower += lower.length === added.length ? lower : added;
  }

  /** When the character at this place was shown. */
  private timeOf(place: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return this.times[low] ?? 0;
  }
}
