import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { commandNames, runLine, type SampleEnvironment } from './sample-commands.js';

/** The terminal side of the channel: what readline needs to know is the width. */
class TerminalOutput extends Writable {
  columns = 80;
  rows = 24;

  constructor(private readonly channel: ServerChannel) {
    super({ decodeStrings: false });
  }

  resize(columns: number, rows: number): void {
    // A terminal that doesn't know its size says 0.
    this.columns = columns || 80;
    this.rows = rows || 24;
    this.emit('resize');
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = typeof chunk === 'string' ? chunk : chunk.toString('utf8');
    if (this.channel.write(text.replace(/\r?\n/g, '\r\n'))) done();
    else this.channel.once('drain', done);
  }
}

/** An interactive sample shell on one channel: prompt, line editing, history, completion, a live screen. */
export class SampleShell {
  private readonly output: TerminalOutput;
  private readonly lines: Interface;
  private environment: SampleEnvironment;
  /** Lines that came before are still answered; there is nothing to edit any more. */
  private isClosed = false;

  constructor(
    private readonly channel: ServerChannel,
    user: string,
  ) {
    this.environment = { user, folder: `/home/${user}`, terminal: true };
    this.output = new TerminalOutput(channel);
    this.lines = createInterface({
      input: channel,
      output: this.output,
      terminal: true,
      prompt: '',
      historySize: 200,
      completer: (line: string) => [commandNames.filter((name) => name.startsWith(line)), line],
    });
    this.lines.once('close', () => {
      this.isClosed = true;
    });
  }

  resize(columns: number, rows: number): void {
    this.output.resize(columns, rows);
  }

  /** Runs until `exit` or the end of input, and gives the exit status. */
  async run(): Promise<number> {
    this.output.write('\u001b[1;32mWelcome to the sample host.\u001b[0m Type help, or cat README.txt.\n');
    this.lines.on('SIGINT', () => {
      this.output.write('^C\n');
      this.emptyLine();
    });
    this.prompt();
    for await (const line of this.lines) {
      const status = await this.answer(line);
      if (status !== null) return status;
      this.prompt();
    }
    return 0;
  }

  private async answer(line: string): Promise<number | null> {
    const result = runLine(line, this.environment);
    this.environment = { ...this.environment, folder: result.folder ?? this.environment.folder };
    this.output.write(`${result.out ?? ''}${result.error ?? ''}`);
    if (result.effect === 'exit') return result.status ?? 0;
    if (result.effect === 'clear') this.output.write('\u001b[2J\u001b[H');
    if (result.effect === 'top' && !this.isClosed) await this.showTop();
    return null;
  }

  private emptyLine(): void {
    if (!this.isClosed) this.lines.write(null, { ctrl: true, name: 'u' });
  }

  private prompt(): void {
    if (this.isClosed) return;
    const { user, folder } = this.environment;
    const shown = folder.replace(new RegExp(`^/home/${user}(?=/|$)`), '~');
    this.lines.setPrompt(`\u001b[1;32m${user}@sample-host\u001b[0m:\u001b[1;34m${shown}\u001b[0m$ `);
    this.lines.prompt(true);
  }

  /** A full-screen program: redraws each second until a key is pressed. */
  private async showTop(): Promise<void> {
    const draw = (): void => {
      this.output.write(`\u001b[H${topScreen(this.output.columns, this.output.rows)}\u001b[J`);
    };
    this.output.write('\u001b[?1049h\u001b[?25l');
    draw();
    const ticking = setInterval(draw, 1_000);
    this.output.on('resize', draw);
    await Promise.race([once(this.channel, 'keypress'), once(this.channel, 'close')]);
    clearInterval(ticking);
    this.output.off('resize', draw);
    this.output.write('\u001b[?25h\u001b[?1049l');
    this.emptyLine();
  }
}

const programs = ['app-server', 'sshd', 'cron', 'postgres', 'nginx', 'node-exporter', 'journald'];

function topScreen(columns: number, rows: number): string {
  const now = Date.now() / 1000;
  const lines = programs.map((name, index) => {
    const load = 20 * (1 + Math.sin(now / 3 + index * 1.7));
    return { load, text: `${String(1000 + index * 37).padStart(6)} ${load.toFixed(1).padStart(6)}  ${name}` };
  });
  lines.sort((a, b) => b.load - a.load);
  const title = `sample top - ${new Date().toISOString().slice(11, 19)} UTC - press any key to leave`;
  const header = '\u001b[7m   PID   %CPU  COMMAND'.padEnd(columns + 4) + '\u001b[0m';
  return [
    title.slice(0, columns),
    '',
    header,
    ...lines.map(({ text }) => text.padEnd(columns).slice(0, columns)),
  ]
    .slice(0, rows - 1)
    .join('\n');
}
