import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebglAddon } from '@xterm/addon-webgl';
import { type ITheme, Terminal } from '@xterm/xterm';
import type { TerminalSize } from '#libs/contracts';
import type { Charset } from './charset';
import type { Screen } from './terminal-line';
import type { TerminalChoices } from './terminal-settings';

const SCROLLBACK_LINES = 10_000;

/** An xterm.js terminal in an element: what it shows, its size, its search. */
export class TerminalScreen implements Screen {
  readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private readonly searching = new SearchAddon();
  /** For what isn't UTF-8, which xterm.js reads itself. */
  private decoder: TextDecoder | null = null;
  private reads: Charset = 'utf-8';

  /** `charset` is asked at each write: what comes after a choice is read by it. */
  constructor(
    private readonly host: HTMLElement,
    choices: TerminalChoices,
    private readonly charset: () => Charset,
    /** What a screen reader calls the place where keys go. */
    label: string,
  ) {
    const style = getComputedStyle(host);
    this.terminal = new Terminal({
      allowProposedApi: true, // for the widths of Unicode 11
      cursorBlink: true,
      fontFamily: this.fontOf(choices),
      fontSize: choices.fontSize,
      lineHeight: 1.15,
      scrollback: SCROLLBACK_LINES,
      macOptionIsMeta: true,
      theme: readTheme(style),
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.loadAddon(this.searching);
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = '11';
    this.terminal.open(host);
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.drawWithWebgl();
    this.fit();
  }

  size(): TerminalSize {
    return { columns: this.terminal.cols, rows: this.terminal.rows };
  }

  write(data: Uint8Array, shown: () => void): void {
    this.terminal.write(this.decoderNow()?.decode(data, { stream: true }) ?? data, shown);
  }

  /** Takes as many cells as the element has room for; a hidden element changes nothing. */
  fit(): void {
    if (this.host.clientWidth > 0 && this.host.clientHeight > 0) this.fitting.fit();
  }

  /** Takes over what the person has chosen; the colours are those that the page has now. */
  dress(choices: TerminalChoices): void {
    const { options } = this.terminal;
    options.fontSize = choices.fontSize;
    options.fontFamily = this.fontOf(choices);
    options.theme = readTheme(getComputedStyle(this.host));
    this.fit();
  }

  /** Marks the next place above or below that holds the text; whether there is one. */
  find(text: string, direction: 'up' | 'down'): boolean {
    return direction === 'up' ? this.searching.findPrevious(text) : this.searching.findNext(text);
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private decoderNow(): TextDecoder | null {
    const charset = this.charset();
    if (charset !== this.reads) this.decoder = charset === 'utf-8' ? null : new TextDecoder(charset);
    this.reads = charset;
    return this.decoder;
  }

  private fontOf({ fontFamily }: TerminalChoices): string {
    const usual = getComputedStyle(this.host).getPropertyValue('--mono');
    return fontFamily ? `${JSON.stringify(fontFamily)}, ${usual}` : usual;
  }

  private drawWithWebgl(): void {
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.terminal.loadAddon(webgl);
    } catch {
      // No WebGL 2 here: xterm.js draws with DOM elements, slower but the same.
    }
  }
}

/** The terminal colours of the page. */
export function readTheme(style: CSSStyleDeclaration): ITheme {
  const colour = (name: string): string => style.getPropertyValue(`--terminal-${name}`).trim();
  return {
    background: colour('ground'),
    foreground: colour('ink'),
    cursor: colour('cursor'),
    selectionBackground: colour('selection'),
    black: colour('written-black') || colour('black'),
    red: colour('red'),
    green: colour('green'),
    yellow: colour('yellow'),
    blue: colour('blue'),
    magenta: colour('magenta'),
    cyan: colour('cyan'),
    white: colour('white'),
    brightBlack: colour('bright-black'),
    brightRed: colour('bright-red'),
    brightGreen: colour('bright-green'),
    brightYellow: colour('bright-yellow'),
    brightBlue: colour('bright-blue'),
    brightMagenta: colour('bright-magenta'),
    brightCyan: colour('bright-cyan'),
    brightWhite: colour('bright-white'),
  };
}
