import type { Readable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import type { SessionKind } from '#libs/contracts';
import { isSftpServer, readTransferCommand } from '../files/transfer-command.js';
import type { Downstream, DownstreamListener, Exit, OpenAgent, Pty } from '../session/downstream.js';

/** What the client asked for before it asked for a shell or a command. */
export interface ChannelRequest {
  pty: Pty | null;
  environment: Record<string, string>;
  /** It is the SFTP subsystem. */
  sftp: boolean;
  /** It offered its SSH agent. */
  agent: boolean;
  openAgent?: OpenAgent;
}

/** A channel that is somebody else's again when the session is over. */
export interface ChannelLoan {
  /** Its input, instead of the channel itself. */
  input: Readable;
  /** Called instead of closing the channel. */
  onFinished: (exit: Exit) => void;
}

/** An SSH channel as the user's side of a session. */
export class ChannelDownstream implements Downstream {
  readonly kind: SessionKind;
  private listener: DownstreamListener | null = null;
  private finished = false;
  private isClosed = false;

  constructor(
    private readonly channel: ServerChannel,
    readonly sourceAddress: string,
    private readonly request: ChannelRequest,
    readonly command: string | null,
    /** Lent by the menu, which goes on with the channel. */
    private readonly loan: ChannelLoan | null = null,
  ) {
    if (request.sftp || (command !== null && isSftpServer(command))) this.kind = 'sftp';
    else if (command === null) this.kind = 'ssh';
    else this.kind = readTransferCommand(command)?.protocol === 'scp' ? 'scp' : 'exec';
  }

  get isGone(): boolean {
    return this.isClosed;
  }

  /** SFTP and scp have no terminal, whatever was asked for: it would change the bytes behind the gate that reads them. */
  get pty(): Pty | null {
    return this.kind === 'sftp' || this.kind === 'scp' ? null : this.request.pty;
  }

  get environment(): Record<string, string> {
    return this.request.environment;
  }

  get openAgent(): OpenAgent | undefined {
    return this.request.openAgent;
  }

  get input(): Readable {
    return this.loan?.input ?? this.channel;
  }

  get output(): ServerChannel {
    return this.channel;
  }

  get errorOutput(): ServerChannel['stderr'] {
    return this.channel.stderr;
  }

  listen(listener: DownstreamListener | null): void {
    this.listener = listener;
  }

  /** The connection tells what the client sent. */
  tell(tell: (listener: DownstreamListener) => void): void {
    if (this.listener) tell(this.listener);
  }

  /** The client closed the channel or is gone. */
  close(): void {
    this.isClosed = true;
    this.listener?.closed();
  }

  notice(text: string): void {
    const line = this.pty ? `\r\n${text}\r\n` : `${text}\n`;
    const stream = this.pty ? this.channel : this.channel.stderr;
    if (stream.writable) stream.write(line);
  }

  finish(exit: Exit): void {
    if (this.finished) return;
    this.finished = true;
    if (this.loan) {
      this.loan.onFinished(exit);
      return;
    }
    endChannel(this.channel, exit);
  }
}

/** Tells how it ended and ends the channel after what is still queued on both of its streams. */
export function endChannel(channel: ServerChannel, exit: Exit): void {
  if (exit && 'status' in exit) channel.exit(exit.status);
  else if (exit) channel.exit(exit.signal, exit.coreDumped, exit.message);
  // then EOF and CLOSE are sent. Not by `drain`: a stream that never was full has none
  channel.stderr.end(() => channel.end());
}
