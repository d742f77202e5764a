import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import type { Downstream, DownstreamListener } from '../session/downstream.js';
import { bounded } from './bounded-channel.js';

/** How a forwarded connection is taken or refused. */
export interface ForwardAnswer {
  accept(): ServerChannel;
  /** In words that the client shows. */
  refuse(words: string): void;
}

/** A forwarded TCP connection as the user's side of a session: there once the asset has connected, refused else. */
export class ForwardDownstream implements Downstream {
  readonly kind = 'forward';
  readonly pty = null;
  readonly command = null;
  readonly environment = {};
  private listener: DownstreamListener | null = null;
  private channel: ServerChannel | null = null;
  private hasEnded = false;
  private outputEnded = false;
  private words = '';

  constructor(
    readonly destination: string,
    readonly sourceAddress: string,
    private readonly answer: ForwardAnswer,
    private readonly onFinished: () => void,
  ) {}

  get input(): Readable {
    return this.opened();
  }

  get output(): Writable {
    return this.opened();
  }

  get errorOutput(): Writable {
    return this.opened();
  }

  begin(): void {
    this.channel ??= bounded(this.answer.accept());
    this.channel.on('error', () => undefined); // its close says all
    this.channel.once('close', () => {
      this.listener?.closed();
    });
  }

  /** EOF alone: the client may still send (RFC 4254 section 5.3). */
  endOutput(): void {
    const channel = this.opened();
    this.outputEnded = true;
    if (channel.writable) channel.write(Buffer.alloc(0), () => channel.eof());
  }

  listen(listener: DownstreamListener | null): void {
    this.listener = listener;
  }

  /** Before the connection stands, why it does not; later there is no place for words. */
  notice(text: string): void {
    this.words = text;
  }

  /** Closes: after what is still queued when the asset came to its end, else at once. */
  finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const { channel } = this;
    if (!channel) this.answer.refuse(this.words);
    else if (this.outputEnded) channel.end();
    else channel.close();
    this.onFinished();
  }

  /** The connection is gone before an answer. */
  gone(): void {
    this.listener?.closed();
  }

  private opened(): ServerChannel {
    if (!this.channel) throw new Error('the forwarded connection does not stand yet');
    return this.channel;
  }
}
