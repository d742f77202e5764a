import type { ServerChannel } from 'ssh2';
import type { Doorway } from '#libs/contracts';
import type { Actor, Logger } from '#libs/kernel';
import type { Downstream, Exit } from '../session/downstream.js';
import { ChannelDownstream, endChannel } from '../ssh/channel-downstream.js';
import type { ChannelContext } from '../ssh/connection.js';
import { AssetLists, type AssetListParts } from './asset-lists.js';
import { BatchMenu, type BatchMenuParts } from './batch-menu.js';
import { FileMenu, type FileMenuParts } from './file-menu.js';
import { IdleTimer } from '../taps/idle-timer.js';
import { GroupList } from './group-list.js';
import { readKey, type MenuDesk } from './keys.js';
import { LentInput } from './lent-input.js';
import { LineEditor, MAX_LINE, type LineEvent, type Step } from './line-editor.js';
import type { MenuScreen } from './menu-screen.js';
import { Pace } from './pace.js';
import { wrapped } from './plain-text.js';
import type { MenuTexts } from './menu-texts.js';
import { chooseLanguage, MENU_TEXTS, type MenuLanguage } from './texts.js';

/** What the menu needs of the gateway. */
export interface MenuParts extends AssetListParts, BatchMenuParts, FileMenuParts {
  logger: Logger;
  /** Address of the console, whose name is the gateway's too; null: the address that the client came to. */
  publicUrl: string | null;
  /** Its public host key, `ssh-ed25519 AAAA…`. */
  hostKey: string;
  /** How long nobody may type in the menu, milliseconds. */
  idleTimeoutMs: number;
}

const PROMPT = 'Gatehouse> ';
const TERMINAL_RESET = '\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?2004l\x1b[?1l\x1b>\x1b[0m';
const CTRL_C = 3;
/** Bytes typed ahead that are kept, as many as a terminal's own queue takes (Linux). */
const TYPED_AHEAD = 4096;
/** Without a terminal, pages are as long as they may be. */
const NO_TERMINAL = { columns: 120, rows: 200 };

/** The menu on one channel: reads lines, lets keys act, lends the channel to sessions and takes it back. */
export class MenuChannel implements MenuScreen {
  private readonly editor = new LineEditor();
  private readonly desk: MenuDesk;
  private readonly pace = new Pace();
  private busy = false;
  private over = false;
  private pending: Buffer[] = [];
  /** What a key does, while it does. */
  private acting: Promise<void> = Promise.resolve();
  /** Takes the next line instead of the keys. */
  private answer: ((line: string | null) => void) | null = null;
  private question = '';
  private asked: () => void = () => undefined;
  private stop: AbortController | null = null;
  private readonly idle: IdleTimer;
  /** A session has the terminal: its own limits count. */
  private lent: LentInput | null = null;
  /** Nothing comes from the client any more. */
  private inputHasEnded = false;

  constructor(
    private downstream: ChannelDownstream,
    private readonly channel: ServerChannel,
    private readonly context: ChannelContext,
    private readonly parts: MenuParts,
  ) {
    const assets = new AssetLists(this, parts);
    const groups = new GroupList(this, assets, parts.reachable);
    const batch = new BatchMenu(this, parts);
    this.desk = { screen: this, assets, groups, batch, files: new FileMenu(this, parts) };
    this.idle = new IdleTimer(parts.idleTimeoutMs, () => {
      this.leaveIdle();
    });
    channel.once('end', this.inputEnded);
  }

  /** Greets and begins to read. */
  start(): void {
    const { texts, user } = this;
    if (user.mustChangePassword && this.context.byPassword) {
      this.say(texts.mustChangePassword(this.parts.publicUrl));
      this.end({ status: 1 });
      return;
    }
    const size = Math.max(1, this.width - 1);
    const greeting = [texts.welcome(user.name || user.username), texts.hint];
    this.say(greeting.flatMap((text) => wrapped(text, size)).join('\n'));
    this.listen();
    this.prompt();
  }

  get user(): ChannelContext['user'] {
    return this.context.user;
  }

  get actor(): Actor {
    const { id: userId, username, role } = this.user;
    return { userId, username, role, address: this.downstream.sourceAddress, way: 'ssh' };
  }

  get doorway(): Doorway {
    const { socket, loginName } = this.context;
    const { publicUrl } = this.parts;
    const publicHost = publicUrl === null ? null : new URL(publicUrl).hostname;
    const host = publicHost ?? socket.localAddress?.replace(/^::ffff:/, '') ?? 'gateway';
    return { host, port: socket.localPort ?? 22, username: loginName.username, hostKey: this.parts.hostKey };
  }

  get pool(): ChannelContext['pool'] {
    return this.context.pool;
  }

  get address(): string {
    return this.downstream.sourceAddress;
  }

  get language(): MenuLanguage {
    return chooseLanguage(this.user.language, this.context.request.environment);
  }

  get texts(): MenuTexts {
    return MENU_TEXTS[this.language];
  }

  get width(): number {
    return (this.context.request.pty ?? NO_TERMINAL).columns;
  }

  get height(): number {
    return (this.context.request.pty ?? NO_TERMINAL).rows;
  }

  get hasTerminal(): boolean {
    return this.context.request.pty !== null;
  }

  get keepsUp(): boolean {
    return !this.channel.writableNeedDrain;
  }

  say(text: string): void {
    this.write(`${text}\n`);
  }

  async page(lines: readonly string[]): Promise<void> {
    const size = Math.max(1, this.height - 1);
    for (let from = 0; from < lines.length; from += size) {
      this.say(lines.slice(from, from + size).join('\n'));
      if (from + size >= lines.length) return;
      const answer = await this.ask(this.texts.more);
      if (answer === null || answer.trim().toLowerCase() === 'q') return;
    }
  }

  ask(prompt: string): Promise<string | null> {
    if (this.over) return Promise.resolve(null);
    this.write(prompt);
    this.question = prompt;
    return new Promise((resolve) => {
      this.answer = resolve;
      this.asked();
    });
  }

  async interruptible<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    if (this.over) stop.abort();
    this.stop = stop;
    this.channel.resume();
    try {
      return await work(stop.signal);
    } finally {
      this.stop = null;
      this.channel.pause();
    }
  }

  async lend<T>(use: (downstream: Downstream, finished: Promise<Exit>) => Promise<T>): Promise<T> {
    const input = this.release();
    const { request } = this.context;
    const { sourceAddress } = this.downstream;
    let onFinished: (exit: Exit) => void = () => undefined;
    const finished = new Promise<Exit>((resolve) => (onFinished = resolve));
    const loan = { input, onFinished };
    this.downstream = new ChannelDownstream(this.channel, sourceAddress, request, null, loan);
    this.context.takeOver(this.downstream);
    // who left while a key was at work has told the one before
    if (this.over) this.downstream.close();
    try {
      return await use(this.downstream, finished);
    } finally {
      this.takeBack(input);
    }
  }

  putRight(): void {
    if ((this.context.request.pty?.term ?? 'dumb') !== 'dumb') this.write(TERMINAL_RESET);
  }

  quit(exit: Exit = { status: 0 }): void {
    this.end(exit);
  }

  private listen(): void {
    this.downstream.listen({
      resized: () => undefined,
      signalled: (name) => {
        if (name === 'INT') this.stop?.abort();
      },
      closed: () => {
        this.leave();
      },
    });
    this.channel.on('data', this.take);
    if (!this.busy) this.channel.resume();
  }

  private readonly inputEnded = (): void => {
    this.inputHasEnded = true;
    if (!this.busy) void this.work();
  };

  private readonly take = (bytes: Buffer): void => {
    this.idle.input();
    // read on when this is handled: what waits here is bounded by what one packet brings
    this.channel.pause();
    if (this.stop) this.takeMeanwhile(bytes, this.stop);
    else this.pending.push(bytes);
    if (!this.busy) void this.work();
  };

  /** Typed while a key's work goes on: Ctrl-C is heard, the rest is kept as a terminal keeps it. */
  private takeMeanwhile(bytes: Buffer, stop: AbortController): void {
    const stopsAt = bytes.lastIndexOf(CTRL_C);
    if (stopsAt >= 0) {
      this.pending = [];
      stop.abort();
    }
    this.pending = [Buffer.concat([...this.pending, bytes.subarray(stopsAt + 1)]).subarray(0, TYPED_AHEAD)];
    void this.pace.breathe(bytes.length, 0).then(() => {
      if (this.stop === stop) this.channel.resume();
    });
  }

  /** Handles what was typed, one line after the other; a session takes the rest of the input itself. */
  private async work(): Promise<void> {
    this.busy = true;
    while (this.pending.length > 0 && !this.over) {
      // one packet holds many lines: it is copied only when a second one came
      const [first = Buffer.alloc(0), ...more] = this.pending;
      const bytes = more.length === 0 ? first : Buffer.concat(this.pending);
      const { rest, ...step } = this.editor.feed(bytes);
      this.pending = rest.length > 0 ? [rest] : [];
      await this.follow(step);
      await this.untilRead();
      await this.pace.breathe(bytes.length - rest.length, step.event ? 1 : 0);
    }
    if (this.inputHasEnded && !this.over) await this.follow(this.editor.end());
    this.busy = false;
    if (this.inputHasEnded) this.quit({ status: this.desk.assets.hasMissed ? 1 : 0 });
    else if (!this.over) this.channel.resume();
  }

  private async follow({ echo, event }: Step): Promise<void> {
    if (this.context.request.pty) this.channel.write(echo);
    if (event) await this.handle(event);
  }

  /** A client that does not read what the menu says is not heard either. */
  private async untilRead(): Promise<void> {
    const { channel } = this;
    if (!channel.writableNeedDrain || this.over) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        channel.off('drain', goOn).off('close', goOn);
        resolve();
      };
      channel.on('drain', goOn).on('close', goOn);
    });
  }

  /** Answers who asked, or lets a key act; until that is over, or asks something. */
  private async handle(event: LineEvent): Promise<void> {
    if (event.kind === 'overlong') {
      this.say(this.texts.overlong(MAX_LINE));
      if (this.answer) this.write(this.question);
      else this.prompt();
      return;
    }
    const asked = new Promise<void>((resolve) => (this.asked = resolve));
    const { answer } = this;
    this.answer = null;
    if (answer) answer(event.kind === 'line' ? event.text : null);
    else if (event.kind === 'line') this.acting = this.act(event.text);
    else if (event.kind === 'quit') this.quit();
    else this.prompt();
    await Promise.race([this.acting, asked]);
  }

  private async act(line: string): Promise<void> {
    try {
      const { key, argument } = readKey(line, this.desk);
      await key.act(this.desk, argument);
    } catch (error) {
      this.parts.logger.error({ err: error }, 'menu');
      this.say(this.texts.failed);
    }
    this.prompt();
  }

  /** Keys typed ahead belong to the session. */
  private release(): LentInput {
    this.channel.off('data', this.take);
    this.lent = new LentInput(this.channel, this.pending, this.inputHasEnded);
    this.pending = [];
    return this.lent;
  }

  private takeBack(input: LentInput): void {
    this.pending = input.giveBack();
    this.lent = null;
    this.idle.input();
    if (!this.channel.writable || this.channel.destroyed) this.leave();
    else this.listen();
  }

  private end(exit: Exit): void {
    if (this.over) return;
    this.leave();
    this.channel.off('data', this.take);
    this.channel.off('end', this.inputEnded);
    endChannel(this.channel, exit);
    this.channel.resume();
  }

  /** A terminal that was left alone is nobody's menu; what runs for it goes on until it ends or is stopped. */
  private leaveIdle(): void {
    if (this.lent || this.stop) {
      this.idle.input();
      return;
    }
    this.say(this.texts.idle);
    this.end({ status: 0 });
  }

  /** Nobody is there any more: whoever waits for them goes on. */
  private leave(): void {
    this.over = true;
    this.idle.stop();
    this.stop?.abort();
    this.answer?.(null);
    this.answer = null;
  }

  private prompt(): void {
    if (!this.over) this.write(PROMPT);
  }

  /** Lines end with CR LF on a terminal. */
  private write(text: string): void {
    if (this.channel.writable)
      this.channel.write(this.context.request.pty ? text.replaceAll('\n', '\r\n') : text);
  }
}
