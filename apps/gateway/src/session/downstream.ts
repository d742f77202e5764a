import type { Duplex, Readable, Writable } from 'node:stream';
import type { EndReason, SessionKind, TerminalSize, TransferProtocol } from '#libs/contracts';

/** The terminal that the user's side has. Pixels are 0 when unknown. */
export interface Pty extends TerminalSize {
  term: string;
  widthPixels: number;
  heightPixels: number;
  /** Encoded terminal modes by name (RFC 4254 section 8). */
  modes: Record<string, number>;
}

/** How what ran on the asset ended. */
export type Exit = { status: number } | { signal: string; coreDumped: boolean; message: string } | null;

/** What the session wants to hear from its downstream. */
export interface DownstreamListener {
  resized(pty: Pty): void;
  /** A signal without `SIG` (RFC 4254 section 6.9). */
  signalled(name: string): void;
  /** The user's side is gone, or ends it for a reason of its own. */
  closed(reason?: EndReason): void;
  /** The gateway puts the user out, for a reason that they are told. */
  putOut?(told: string): void;
}

/** Gives a stream to the agent, once for each conversation with it. */
export type OpenAgent = () => Promise<Duplex>;

/** The user's side of a session: an SSH channel, a web terminal, a channel under the menu. */
export interface Downstream {
  readonly kind: SessionKind;
  readonly sourceAddress: string;
  /** null: no terminal. */
  readonly pty: Pty | null;
  /** null: a login shell. */
  readonly command: string | null;
  readonly environment: Readonly<Record<string, string>>;
  /** The user's side went away, maybe before anybody listened. */
  readonly isGone?: boolean;
  /** How files come to the gateway that it carries on itself. */
  readonly fileProtocol?: TransferProtocol;
  /** By the path of a file that is written beside its place until it is whole: its place. */
  readonly destinations?: ReadonlyMap<string, string>;
  /** `host:port` that is to be reached from the asset, of a forwarding. */
  readonly destination?: string;
  /** Opens a channel to the user's SSH agent, where they offered it. */
  readonly openAgent?: OpenAgent | undefined;
  /** Bytes of output that the asset may have sent and nobody read, where the screen is slow; otherwise as SSH has it. */
  readonly readAhead?: number;
  /** From the user. Held back until somebody reads. */
  readonly input: Readable;
  /** To the user. */
  readonly output: Writable;
  /** To the user, apart; the same as `output` where there is no second stream. */
  readonly errorOutput: Writable;
  /** Who hears of it from now on; null: nobody. */
  listen(listener: DownstreamListener | null): void;
  /** The asset's side stands: bytes may come. Before, `input` and `output` may be missing. */
  begin?(): void;
  /** The asset sends no more, but may still hear. */
  endOutput?(): void;
  /** A line to the person, not part of the asset's output. */
  notice(text: string): void;
  /** The session is over; everything written before still arrives. */
  finish(exit: Exit): void;
}
