import type { Action, EndReason, TerminalSize } from '#libs/contracts';
import type { Grant } from '#libs/authorization';
import type { SessionId } from '#libs/kernel';
import type { RecordingSoFar, SessionEnd } from '#libs/session-audit';
import type { Gate } from '../files/gate.js';
import type { CommandTap } from '../taps/commands/command-tap.js';
import type { Recorder } from '../taps/recorder.js';
import type { Tap } from '../taps/tap.js';
import { Bridge } from './bridge.js';
import type { Downstream, Exit } from './downstream.js';
import { limitReadAhead } from './read-ahead.js';
import { SettledSize } from './settled-size.js';
import { wordsTo, type Said, type SessionWords } from './session-words.js';
import { SESSION_TRANSITIONS, type SessionState } from './session-states.js';
import type { UpstreamLease } from './upstream-pool.js';

/** What a session holds once everything stands. */
export interface SessionParts {
  lease: UpstreamLease;
  /** null: its files have records of their own, and nothing was shown. */
  recorder: Recorder | null;
  taps: Tap[];
  /** null: nobody types there. */
  commands: Pick<CommandTap, 'close'> | null;
  gate: Gate | null;
}

/** What is left when it is over. */
export interface SessionOutcome {
  reason: EndReason;
  detail: string | null;
  exit: Exit;
  /** What the person is told of it; null: nothing. */
  told: Said | null;
}

/** The terminal of a session that runs. */
export interface WatchableScreen {
  /** As it is now. */
  size(): TerminalSize;
  /** Has its recording written to the file, and tells how far that is. @throws the file system's error */
  recorded(): Promise<RecordingSoFar>;
  /** Shows its bytes to one more tap; gives what takes it off again. */
  tap(tap: Tap): () => void;
}

/** What the registry watches over: a session, or a port on an asset that leads back to a client. */
export interface LiveSession {
  readonly id: SessionId;
  grant: Grant;
  readonly needs: readonly Action[];
  whenEnded(): Promise<void>;
  end(reason: EndReason, detail: string | null, exit?: Exit, told?: Said): Promise<void>;
}

/** How long the asset and the disk may take to close before they are left alone. */
const CLOSE_TIMEOUT_MS = 2_000;

/** One login of a user to an asset, from grant to end. Its states are the table in session-states.ts. */
export class Session implements LiveSession {
  private current: SessionState = 'connecting';
  private bridge: Bridge | null = null;
  private parts: SessionParts | null = null;
  private outcome: SessionOutcome | null = null;
  private terminalSize: TerminalSize | null;
  private sizes: SettledSize | null = null;
  private readonly ended: Promise<void>;
  private markEnded: () => void = () => undefined;

  constructor(
    readonly id: SessionId,
    /** Renewed when access is checked again. */
    public grant: Grant,
    readonly downstream: Downstream,
    readonly startedAt: Date,
    private readonly onEnded: (end: SessionEnd) => void,
    /** All that it may do only as long as the rules allow it. */
    readonly needs: readonly Action[],
  ) {
    this.ended = new Promise((resolve) => {
      this.markEnded = resolve;
    });
    this.terminalSize = downstream.pty;
    downstream.listen({
      resized: () => undefined,
      signalled: () => undefined,
      closed: (reason = 'client_disconnected') => void this.end(reason, null),
      putOut: (told) => void this.end('access_revoked', null, null, (words) => words.only(told)),
    });
  }

  get state(): SessionState {
    return this.current;
  }

  /** Resolves when the session is over and its row noted. */
  whenEnded(): Promise<void> {
    return this.ended;
  }

  /**
   * Everything stands: opens the channel and lets the bytes flow. False when the session was ended
   * meanwhile; the parts are then still the caller's to close.
   * @throws ConnectFailure
   */
  async open(parts: SessionParts): Promise<boolean> {
    const asked = this.downstream.pty;
    const channel = await parts.lease.upstream.openChannel(this.downstream, this.grant);
    if (this.current !== 'connecting') {
      channel.close();
      return false;
    }
    this.parts = parts;
    this.moveTo('open');
    const { downstream } = this;
    if (downstream.readAhead) limitReadAhead(channel, downstream.readAhead);
    this.terminalSize = downstream.pty;
    downstream.begin?.();
    const events = { finished: (exit: Exit) => void this.finished(exit) };
    this.bridge = new Bridge(downstream, channel, parts.taps, events, parts.gate);
    const sizes = new SettledSize(asked, (pty) => {
      channel.setWindow(pty.rows, pty.columns, pty.heightPixels, pty.widthPixels);
      this.terminalSize = pty;
      for (const tap of parts.taps) tap.resized(pty.columns, pty.rows);
    });
    this.sizes = sizes;
    parts.taps.unshift(sizes);
    downstream.listen({
      resized: (pty) => {
        sizes.take(pty);
      },
      signalled: (name) => {
        channel.signal(name);
      },
      closed: (reason = 'client_disconnected') => void this.end(reason, null),
      putOut: (told) => void this.end('access_revoked', null, null, (words) => words.only(told)),
    });
    // the size may have changed while the channel was opened
    if (downstream.pty) sizes.take(downstream.pty);
    this.bridge.open();
    return true;
  }

  private get words(): SessionWords {
    return wordsTo(this.grant.terms.language, this.downstream);
  }

  /** The taps have room again. */
  relieved(): void {
    this.bridge?.relieved();
  }

  /** What its recording has been given of the asset's output. */
  get shownBytes(): number {
    return this.parts?.recorder?.shownBytes ?? 0;
  }

  /** Its terminal, to be watched: null when it shows none, or doesn't run. */
  screen(): WatchableScreen | null {
    const { parts, terminalSize } = this;
    if (this.current !== 'open' || !parts?.recorder || !terminalSize) return null;
    const { recorder, taps } = parts;
    return {
      size: () => this.terminalSize ?? terminalSize,
      recorded: () => recorder.soFar(),
      tap: (tap) => {
        taps.push(tap);
        return () => {
          const at = taps.indexOf(tap);
          if (at >= 0) taps.splice(at, 1);
        };
      },
    };
  }

  /** Ends the session once, whatever comes first; `told` is said to the person. */
  async end(reason: EndReason, detail: string | null, exit: Exit = null, told?: Said): Promise<void> {
    if (this.current === 'ending' || this.current === 'ended') return this.ended;
    this.moveTo('ending');
    this.outcome = { reason, detail, exit, told: told ?? null };
    this.downstream.listen(null);
    this.sizes?.stop();
    this.bridge?.close();
    this.parts?.gate?.closed(exit);
    this.parts?.lease.release();
    if (told) this.downstream.notice(told(this.words));
    this.downstream.finish(exit);
    const recordingBytes = await this.closeRecorder();
    this.moveTo('ended');
    this.onEnded({
      endedAt: new Date(),
      endReason: reason,
      endDetail: detail,
      exitStatus: exit && 'status' in exit ? exit.status : null,
      bytesIn: this.bridge?.bytesIn ?? 0,
      bytesOut: this.bridge?.bytesOut ?? 0,
      recordingBytes,
    });
    this.markEnded();
    return this.ended;
  }

  /** A line in its terminal, which its recording and its watchers see too. */
  say(said: Said): void {
    if (this.current !== 'open') return;
    const line = Buffer.from(`\r\n${said(this.words)}\r\n`);
    for (const tap of this.parts?.taps ?? []) tap.output(line);
    if (this.downstream.output.writable) this.downstream.output.write(line);
  }

  /** How it ended; null while it runs. */
  howItEnded(): SessionOutcome | null {
    return this.outcome;
  }

  /** The asset closed the channel: a connection that was forwarded has come to its end; else with a status it was a logout, without one the asset went away. */
  private finished(exit: Exit): Promise<void> {
    if (this.downstream.destination !== undefined) return this.end('closed', null);
    if (exit) return this.end('logout', null, exit);
    return this.end('asset_disconnected', null, null, (words) =>
      words.assetClosed(this.grant.terms.assetName),
    );
  }

  private async closeRecorder(): Promise<number> {
    await this.parts?.commands?.close();
    if (!this.parts?.recorder) return 0;
    const closing = this.parts.recorder.close().catch(() => 0); // the disk's failure was told when it happened
    const late = new Promise<number>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS, 0).unref());
    return Promise.race([closing, late]);
  }

  private moveTo(next: SessionState): void {
    if (!SESSION_TRANSITIONS[this.current].includes(next)) {
      throw new Error(`session can't go from ${this.current} to ${next}`);
    }
    this.current = next;
  }
}
