import { createRequire } from 'node:module';
import headless, { type ITerminalAddon, type Terminal } from '@xterm/headless';
import { z } from 'zod';
import { screenText } from './screen-text.js';
import { unfinishedEnd } from './unfinished.js';

/** Lines above the screen that a watcher can scroll back to, and that come back when the terminal grows. */
const SCROLLBACK = 200;

const addon = z.custom<new () => ITerminalAddon>((value) => value instanceof Function);
/** Its types would bring those of the browser into the server. */
const require = createRequire(import.meta.url);
const { Unicode11Addon } = z.object({ Unicode11Addon: addon }).parse(require('@xterm/addon-unicode11'));

/** A terminal without a window, whose whole state can be shown to somebody who comes later. */
export class ScreenModel {
  readonly terminal: Terminal;
  private unfinished = Buffer.alloc(0);

  constructor(columns: number, rows: number) {
    this.terminal = new headless.Terminal({
      ...cells(columns, rows),
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
    });
    // as the console has it
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = '11';
  }

  /** Resolves when all of it is on the screen. */
  write(bytes: Buffer): Promise<void> {
    this.unfinished = Buffer.from(
      unfinishedEnd(this.unfinished.length > 0 ? Buffer.concat([this.unfinished, bytes]) : bytes),
    );
    return new Promise((done) => {
      this.terminal.write(bytes, done);
    });
  }

  resize(columns: number, rows: number): void {
    const { cols, rows: high } = cells(columns, rows);
    this.terminal.resize(cols, high);
  }

  /** For an empty terminal of {@link size}; what comes next may be written behind it. */
  snapshot(): Buffer {
    return Buffer.concat([Buffer.from(screenText(this.terminal)), this.unfinished]);
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.cols, rows: this.terminal.rows };
  }

  dispose(): void {
    this.terminal.dispose();
  }
}

/** What xterm.js takes: at least two columns and one row. */
function cells(columns: number, rows: number): { cols: number; rows: number } {
  return { cols: Math.max(2, columns), rows: Math.max(1, rows) };
}
