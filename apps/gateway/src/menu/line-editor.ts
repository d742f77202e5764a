import { StringDecoder } from 'node:string_decoder';
import stringWidth from 'string-width';
import { BATCH_LIMITS } from '#libs/contracts';

/** What a chunk of keys came to. */
export type LineEvent =
  { kind: 'line'; text: string } | { kind: 'overlong' } | { kind: 'interrupt' } | { kind: 'quit' };

/** What the editor makes of one key. */
export interface Step {
  echo: string;
  event: LineEvent | null;
}

/** Characters of a line: as many as a command may have. */
export const MAX_LINE = BATCH_LIMITS.command;
/** A character as a person sees it has no more code units than these, or is taken back in parts. */
const MAX_CHARACTER = 64;
const segmenter = new Intl.Segmenter();

/**
 * Edits one line: printable keys, Backspace, Ctrl-U, Ctrl-W; Enter, Ctrl-C and Ctrl-D end it. Escape
 * sequences (arrows) are swallowed. Widths are those of the terminal, so that Backspace takes a whole CJK character. A
 * line that was longer than {@link MAX_LINE} is no line: what was cut off could have been what mattered in it.
 */
export class LineEditor {
  private text = '';
  private escape = '';
  private isOverlong = false;
  private afterReturn = false;
  private readonly decoder = new StringDecoder('utf8');

  /** Takes bytes up to the first event. Gives the echo, the event if any, and the bytes not used. */
  feed(bytes: Buffer): Step & { rest: Buffer } {
    let echo = '';
    for (let index = 0; index < bytes.length; index++) {
      for (const character of this.decoder.write(bytes.subarray(index, index + 1))) {
        const step = this.key(character);
        echo += step.echo;
        if (step.event) return { echo, event: step.event, rest: bytes.subarray(index + 1) };
      }
    }
    return { echo, event: null, rest: Buffer.alloc(0) };
  }

  /** Nothing follows: what was typed is a line, as it would be with Enter behind it. */
  end(): Step {
    for (const character of this.decoder.end()) this.key(character);
    return this.text === '' ? nothing : this.finish();
  }

  private key(character: string): Step {
    if (this.escape !== '') return this.inEscape(character);
    const wasReturn = this.afterReturn;
    this.afterReturn = character === '\r';
    switch (character) {
      case '\r':
        return this.finish();
      case '\n':
        return wasReturn ? nothing : this.finish();
      case '\x03':
        this.clear();
        return { echo: '^C\r\n', event: { kind: 'interrupt' } };
      case '\x04':
        return this.text === '' ? { echo: '\r\n', event: { kind: 'quit' } } : nothing;
      case '\x7f':
      case '\b':
        return this.erase(lastCharacter(this.text));
      case '\x15':
        return this.erase(this.text);
      case '\x17':
        return this.erase(lastWord(this.text));
      case '\x1b':
        this.escape = character;
        return nothing;
      default:
        return this.insert(character);
    }
  }

  /** ECMA-48: after ESC [ everything up to a byte from @ to ~; after another ESC one character. */
  private inEscape(character: string): Step {
    const isIntroducer = this.escape === '\x1b' && (character === '[' || character === 'O');
    const goesOn = isIntroducer || (this.escape.length > 1 && !/[@-~]/.test(character));
    this.escape = goesOn && this.escape.length < 32 ? this.escape + character : '';
    return nothing;
  }

  private insert(character: string): Step {
    if (/\p{C}/u.test(character)) return nothing;
    if (this.text.length >= MAX_LINE) {
      const isTold = this.isOverlong;
      this.isOverlong = true;
      return isTold ? nothing : { echo: '\x07', event: null };
    }
    this.text += character;
    return { echo: character, event: null };
  }

  /** Takes back what stands at the end. */
  private erase(end: string): Step {
    this.text = this.text.slice(0, this.text.length - end.length);
    // the begin of an overlong line is no longer what was meant; only a line that is begun anew is
    if (this.text === '') this.isOverlong = false;
    return { echo: '\b \b'.repeat(stringWidth(end)), event: null };
  }

  private clear(): void {
    this.text = '';
    this.isOverlong = false;
  }

  private finish(): Step {
    const { text, isOverlong } = this;
    this.clear();
    return { echo: '\r\n', event: isOverlong ? { kind: 'overlong' } : { kind: 'line', text } };
  }
}

const nothing: Step = { echo: '', event: null };

function lastCharacter(text: string): string {
  return [...segmenter.segment(text.slice(-MAX_CHARACTER))].at(-1)?.segment ?? '';
}

/** With the spaces behind it. */
function lastWord(text: string): string {
  let begin = text.trimEnd().length;
  while (begin > 0 && !/\s/u.test(text[begin - 1] ?? '')) begin--;
  return text.slice(begin);
}
