import { StringDecoder } from 'node:string_decoder';

/** What a person did at the keyboard, as far as the detector tells it apart. */
export type Key =
  | { kind: 'text'; text: string }
  /** A line editor's command by its usual name in emacs mode. */
  | { kind: 'edit'; edit: Edit }
  /** Enter in any of its forms; `plain` is false for those that do more than enter (Ctrl-O). */
  | { kind: 'accept'; plain: boolean }
  /** Ctrl-C, Ctrl-G, Ctrl-Z, Ctrl-\: the line may be dropped; the terminal then shows the key so (termios(3), ECHOCTL). */
  | { kind: 'cancel'; shown: string }
  /** The line editor fills in what only the screen tells: history, completion, yank. */
  | { kind: 'recall'; way: 'history' | 'completion' }
  /** Anything else that may change the line. */
  | { kind: 'other' };

/** Plain line editing. */
export type Edit =
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'kill-line'
  | 'kill-to-start'
  | 'kill-word'
  | 'clear-screen';

const CONTROLS: Readonly<Record<string, Key>> = {
  '\x01': { kind: 'edit', edit: 'home' },
  '\x02': { kind: 'edit', edit: 'left' },
  '\x03': { kind: 'cancel', shown: '^C' },
  '\x04': { kind: 'edit', edit: 'delete' },
  '\x05': { kind: 'edit', edit: 'end' },
  '\x06': { kind: 'edit', edit: 'right' },
  '\x07': { kind: 'cancel', shown: '^G' },
  '\x08': { kind: 'edit', edit: 'backspace' },
  '\x09': { kind: 'recall', way: 'completion' },
  '\x0a': { kind: 'accept', plain: true },
  '\x0b': { kind: 'edit', edit: 'kill-line' },
  '\x0c': { kind: 'edit', edit: 'clear-screen' },
  '\x0d': { kind: 'accept', plain: true },
  '\x0e': { kind: 'recall', way: 'history' },
  '\x0f': { kind: 'accept', plain: false },
  '\x10': { kind: 'recall', way: 'history' },
  '\x12': { kind: 'recall', way: 'history' },
  '\x13': { kind: 'recall', way: 'history' },
  '\x15': { kind: 'edit', edit: 'kill-to-start' },
  '\x17': { kind: 'edit', edit: 'kill-word' },
  '\x1a': { kind: 'cancel', shown: '^Z' },
  '\x1c': { kind: 'cancel', shown: '^\\' },
  '\x7f': { kind: 'edit', edit: 'backspace' },
};

const CURSOR_KEYS: Readonly<Record<string, Key>> = {
  A: { kind: 'recall', way: 'history' },
  B: { kind: 'recall', way: 'history' },
  C: { kind: 'edit', edit: 'right' },
  D: { kind: 'edit', edit: 'left' },
  F: { kind: 'edit', edit: 'end' },
  H: { kind: 'edit', edit: 'home' },
  '1~': { kind: 'edit', edit: 'home' },
  '3~': { kind: 'edit', edit: 'delete' },
  '4~': { kind: 'edit', edit: 'end' },
  '7~': { kind: 'edit', edit: 'home' },
  '8~': { kind: 'edit', edit: 'end' },
};

/** What a terminal says by itself: positions, attributes, focus, mouse. No key. */
const ANSWER = /^(?:[\d;?>=]*[cRnxtIO]|\?[\d;]*\$y|<[\d;]*[Mm])$/;
const ESC = '\u001b';

function afterEscape({ source, flags }: RegExp): RegExp {
  return new RegExp(`^${ESC}${source}`, flags);
}

/** CSI or SS3 with its final byte (ECMA-48 section 5.4). */
const SEQUENCE = afterEscape(/(?:\[([0-?]*[ -/]*[@-~])|O([ -~]))/);
const UNFINISHED = afterEscape(/(?:\[[0-?]*[ -/]*|O)?$/);
/**
 * OSC, DCS and APC up to BEL or ST: colours, capabilities, settings, versions. Only what can be no command: where no line
 * editor reads, it is a part of the line.
 */
const STRINGS = [
  /\]\d{1,3};(?:\d{1,3};)?rgba?:[\da-f/]{1,40}/,
  /P[01]\+r[\da-f=;]{0,400}/,
  /P[01]\$r[\d;: ]{0,40}[mqrst]?/,
  /P>\|[\w.()-]{1,40}/,
  /P!\|[\da-f]{1,20}/,
  /_G[\w=,]{0,40};OK/,
].map(({ source }) => source);
const STRING_ANSWER = afterEscape(new RegExp(String.raw`(?:${STRINGS.join('|')})(?:\u0007|\u001b\\)`, 'i'));
const TEXT = /^\P{Cc}+/u;

/** Last words, yanks, history by Meta. */
const META_RECALL = afterEscape(/[._\-<>npy]/);

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** Reads a user's bytes as keys; a sequence that is cut waits for its rest. */
export class KeyReader {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private pasting = false;
  /** After Ctrl-V: the next key is a character of the line. */
  private quoting = false;

  /** @param marksPastes whether the terminal was asked to mark pastes: else such a mark is a key like others */
  constructor(private readonly marksPastes: () => boolean) {}

  /** The keys of this chunk. */
  read(chunk: Buffer): Key[] {
    let text = this.rest + this.decoder.write(chunk);
    this.rest = '';
    const keys: Key[] = [];
    while (text !== '') {
      const taken = this.pasting ? this.takePaste(text, keys) : this.takeKey(text, keys);
      if (taken === 0) {
        this.rest = text;
        break;
      }
      text = text.slice(taken);
    }
    return keys;
  }

  /** A paste whose end is marked goes into the line as it is, its line ends too. */
  private takePaste(text: string, keys: Key[]): number {
    const end = text.indexOf(PASTE_END);
    const whole = end < 0 ? text.length - cutMark(text) : end;
    const pasted = text.slice(0, whole).replace(/\r\n?/g, '\n');
    if (pasted !== '') keys.push({ kind: 'text', text: pasted });
    if (end < 0) return whole;
    this.pasting = false;
    return end + PASTE_END.length;
  }

  private takeKey(text: string, keys: Key[]): number {
    if (this.quoting || text.startsWith('\x16')) {
      this.quoting = !this.quoting;
      keys.push({ kind: 'other' });
      return 1;
    }
    const plain = TEXT.exec(text);
    if (plain) {
      keys.push({ kind: 'text', text: plain[0] });
      return plain[0].length;
    }
    if (!text.startsWith('\x1b')) {
      keys.push(CONTROLS[text.charAt(0)] ?? { kind: 'other' });
      return 1;
    }
    if (UNFINISHED.test(text)) return 0;
    if (text.startsWith(PASTE_START) && this.marksPastes()) {
      this.pasting = true;
      return PASTE_START.length;
    }
    return takeEscape(text, keys);
  }
}

/** Length of what may be the beginning of the end mark. */
function cutMark(text: string): number {
  for (let length = PASTE_END.length - 1; length > 0; length--) {
    if (text.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}

function takeEscape(text: string, keys: Key[]): number {
  const answer = STRING_ANSWER.exec(text);
  if (answer) return answer[0].length;
  const sequence = SEQUENCE.exec(text);
  if (sequence) {
    const name = sequence[1] ?? sequence[2] ?? '';
    if (!(sequence[1] !== undefined && ANSWER.test(name))) keys.push(CURSOR_KEYS[name] ?? { kind: 'other' });
    return sequence[0].length;
  }
  // Meta with a key: words and yanks, which are the line editor's own
  keys.push(META_RECALL.test(text) ? { kind: 'recall', way: 'history' } : { kind: 'other' });
  return Math.min(2, text.length);
}
