import { describe, expect, it } from 'vitest';
import { TERMINAL_WINDOW_BYTES } from '#libs/contracts';
import type { UserId } from '#libs/kernel';
import { WebTerminal, type TerminalSocket } from './web-terminal.js';

class Screen implements TerminalSocket {
  shown = '';
  ended = 0;
  received = 0;

  emit(event: string, ...values: unknown[]): void {
    if (event === 'ended') this.ended++;
    if (event !== 'output') return;
    const [offset, data] = values as [number, Buffer];
    expect(offset).toBe(this.received);
    this.received += data.length;
    this.shown += data.toString();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const terminal = (): WebTerminal =>
  new WebTerminal('u' as UserId, '192.0.2.1', { columns: 80, rows: 24 }, () => undefined);

describe('web terminal', () => {
  it('shows a socket that comes back exactly what the first one had not shown', async () => {
    const web = terminal();
    const first = new Screen();
    web.attach(first, 0);
    web.output.write(Buffer.from('one two '));
    web.shown(4);
    web.detach(first);
    web.output.write(Buffer.from('three'));
    await settle();
    expect(first.shown).toBe('one two ');
    const second = new Screen();
    second.received = 4;
    web.attach(second, 4);
    expect(second.shown).toBe('two three');
  });

  it('holds the asset back while a window is not shown, and lets it go on afterwards', async () => {
    const web = terminal();
    web.attach(new Screen(), 0);
    web.output.write(Buffer.alloc(TERMINAL_WINDOW_BYTES));
    let written = false;
    web.output.write(Buffer.from('x'), () => (written = true));
    await settle();
    expect(written).toBe(false);
    web.shown(TERMINAL_WINDOW_BYTES);
    await settle();
    expect(written).toBe(true);
  });

  it('says that it ended after the last output, also to a socket that comes back later', async () => {
    const web = terminal();
    web.output.write(Buffer.from('bye'));
    web.finish({ status: 0 });
    await settle();
    const screen = new Screen();
    web.attach(screen, 0);
    expect(screen.shown).toBe('bye');
    expect(screen.ended).toBe(1);
  });

  it('knows its own token only', () => {
    const web = terminal();
    expect(web.hasToken(web.resumeToken)).toBe(true);
    expect(web.hasToken(terminal().resumeToken)).toBe(false);
    expect(web.hasToken('')).toBe(false);
  });
});
