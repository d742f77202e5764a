import { StringDecoder } from 'node:string_decoder';
import stringWidth from 'string-width';

/** What a chunk of keys came to. */
export type LineEvent = { kind: 'line'; text: string } | { kind: 'interrupt' } | { kind: 'quit' };

/** What the editor makes of one key. */
interface Step {
  echo: string;
  event: LineEvent | null;
}

const MAX_LINE = 256;
const segmenter = new Intl.Segmenter();

/**
 * Edits one line: printable keys, Backspace, Ctrl-U, Ctrl-W; Enter, Ctrl-C and Ctrl-D end it. Escape
 * sequences (arrows) are swallowed. Widths are those of the terminal, so that Backspace takes a whole CJK character.
 */
export class LineEditor {
  private text = '';
  private escape = '';
  private afterReturn = false;
  private readonly decoder = new StringDecoder('utf8');

  /** Takes bytes up to the first event. Gives the echo, the event if any, and the bytes not used. */
  feed(bytes: Buffer): { echo: string; event: LineEvent | null; rest: Buffer } {
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
        this.text = '';
        return { echo: '^C\r\n', event: { kind: 'interrupt' } };
      case '\x04':
        return this.text === '' ? { echo: '\r\n', event: { kind: 'quit' } } : nothing;
      case '\x7f':
      case '\b':
        return this.erase((text) =>
          [...segmenter.segment(text)]
            .slice(0, -1)
            .map((part) => part.segment)
            .join(''),
        );
      case '\x15':
        return this.erase(() => '');
      case '\x17':
        return this.erase((text) => text.replace(/\S+\s*$/u, ''));
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
    if (/\p{C}/u.test(character) || this.text.length >= MAX_LINE) return nothing;
    this.text += character;
    return { echo: character, event: null };
  }

  private erase(shorten: (text: string) => string): Step {
    const shorter = shorten(this.text);
    const cells = stringWidth(this.text) - stringWidth(shorter);
    this.text = shorter;
    return { echo: '\b \b'.repeat(cells), event: null };
  }

  private finish(): Step {
    const text = this.text;
    this.text = '';
    return { echo: '\r\n', event: { kind: 'line', text } };
  }
}

const nothing: Step = { echo: '', event: null };
