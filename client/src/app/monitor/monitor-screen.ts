import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import type { TerminalSize } from '#libs/contracts';
import { readTheme } from '../terminal/terminal-screen';
import type { WatchedScreen } from './monitor-line';

const SCROLLBACK_LINES = 2_000;
const FONT_SIZE = 14;
const SMALLEST = 5;
const LARGEST = 20;

/** An xterm.js terminal that only shows: at the size that its user has or had, its letters as large as there is room. */
export class MonitorScreen implements WatchedScreen {
  readonly terminal: Terminal;

  /** @param label what a screen reader calls it */
  constructor(
    private readonly host: HTMLElement,
    label: string,
  ) {
    const style = getComputedStyle(document.documentElement);
    this.terminal = new Terminal({
      allowProposedApi: true, // for the widths of Unicode 11
      disableStdin: true,
      fontFamily: style.getPropertyValue('--mono'),
      fontSize: FONT_SIZE,
      // what an asset prints must lead nowhere
      linkHandler: { activate: () => undefined },
      scrollback: SCROLLBACK_LINES,
      theme: readTheme(style),
    });
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = '11';
    // it only scrolls: Tab leads on, and the keys of the page and of the browser are theirs
    this.terminal.attachCustomKeyEventHandler(({ key, shiftKey }) => shiftKey && key.startsWith('Page'));
    this.terminal.open(host);
    // xterm.js calls it an input, in English
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.terminal.textarea?.setAttribute('readonly', '');
    this.fit();
  }

  begin(size: TerminalSize): void {
    // in its place between what was written before and what comes
    this.terminal.write('', () => {
      this.terminal.reset();
      this.resizeNow(size);
    });
  }

  resize(size: TerminalSize): void {
    this.terminal.write('', () => this.resizeNow(size));
  }

  write(data: Uint8Array, shown: () => void): void {
    this.terminal.write(data, shown);
  }

  /** Resolves when it has been taken in. */
  show(text: string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(text, resolve));
  }

  /** Makes the letters as large as the element has room for. */
  fit(): void {
    const drawn = this.host.querySelector('.xterm-screen');
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!drawn || width === 0 || height === 0 || drawn.clientWidth === 0) return;
    const room = Math.min(width / drawn.clientWidth, height / drawn.clientHeight);
    let size = Math.floor((this.terminal.options.fontSize ?? FONT_SIZE) * room * 2) / 2;
    size = Math.min(LARGEST, Math.max(SMALLEST, size));
    this.terminal.options.fontSize = size;
    // a row has whole pixels: letters a little larger may take one more of each row, and the last rows out of sight
    while (size > SMALLEST && (drawn.clientWidth > width || drawn.clientHeight > height)) {
      size -= 0.5;
      this.terminal.options.fontSize = size;
    }
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private resizeNow({ columns, rows }: TerminalSize): void {
    this.terminal.resize(Math.max(2, columns), Math.max(1, rows));
    this.fit();
  }
}
