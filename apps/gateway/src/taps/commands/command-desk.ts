import { Worker } from 'node:worker_threads';
import type { GrantTerms } from '#libs/authorization';
import { newId, type CommandId, type Logger, type SessionId } from '#libs/kernel';
import type { CommandJournal } from '#libs/session-audit';
import type { Recorder } from '../recorder.js';
import { CommandTap } from './command-tap.js';
import type { DetectedCommand } from './command-gatherer.js';
import type { DetectorAnswer } from './detector-messages.js';
import { FedLines } from './fed-lines.js';

/** What came within this time goes to the detector's thread in one parcel. */
const GATHER_MS = 50;
const LABEL_CHARACTERS = 200;
const TEXT_CHARACTERS = 16 * 1024;

/** Whose commands they are. */
export interface CommandOrigin {
  id: SessionId;
  terms: GrantTerms;
  recorder: Recorder;
}

/**
 * Has the commands of this gateway's sessions detected in a thread of its own, and notes them: as records, and as
 * markers in the recordings. One parcel is under way at a time; what comes meanwhile waits in the taps, bounded.
 */
export class CommandDesk {
  private readonly watched = new Map<string, { origin: CommandOrigin; tap: CommandTap }>();
  private readonly awake = new Set<CommandTap>();
  private timer: NodeJS.Timeout | null = null;
  private isBusy = false;
  private worker: Worker | null = null;
  /** Sessions of the parcel that is under way. */
  private inHand: string[] = [];

  constructor(
    private readonly journal: CommandJournal,
    private readonly logger: Logger,
  ) {}

  /** A tap for a session with a terminal. */
  watch(origin: CommandOrigin, { columns, rows }: { columns: number; rows: number }): CommandTap {
    const tap = new CommandTap(origin.id, columns, rows, {
      wake: (one) => {
        this.awake.add(one);
        this.sendSoon();
      },
      leave: (one) => this.watched.delete(one.session),
    });
    this.watched.set(origin.id, { origin, tap });
    return tap;
  }

  /** A tap for a shell without a terminal. */
  hear(origin: CommandOrigin): FedLines {
    return new FedLines((line) => {
      this.note(origin, line);
    });
  }

  /** The one command of an exec session; a long one is whole in its session's row. */
  noteExec(origin: CommandOrigin, command: string): void {
    const text = command.slice(0, TEXT_CHARACTERS).replaceAll('\0', '\ufffd').toWellFormed();
    this.write(origin, { kind: 'exec', text, certain: text.length === command.length, at: Date.now() }, 0);
  }

  private sendSoon(): void {
    if (this.isBusy) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.send();
    }, GATHER_MS);
  }

  private send(): void {
    const parcels = [...this.awake].map((tap) => tap.take());
    this.inHand = parcels.map(({ session }) => session);
    this.awake.clear();
    if (parcels.length === 0) return;
    this.isBusy = true;
    this.thread().postMessage(parcels);
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL('./detector-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (message: DetectorAnswer) => {
      this.take(message);
    });
    worker.on('error', (error) => {
      this.logger.error({ err: error }, 'the command detector failed and is started again');
    });
    worker.on('exit', () => {
      this.worker = null;
      this.isBusy = false;
      for (const session of this.inHand.splice(0)) this.unread(session);
      for (const { tap } of this.watched.values()) this.awake.add(tap);
      this.sendSoon();
    });
    this.worker = worker;
    return worker;
  }

  private take(message: DetectorAnswer): void {
    if (message.kind === 'found') {
      const origin = this.watched.get(message.session)?.origin;
      if (origin) this.note(origin, message.command);
    } else if (message.kind === 'failed') {
      const { session, message: reason } = message;
      this.logger.error({ session, reason }, 'commands of a session were not read');
      this.unread(session);
    } else {
      for (const session of message.over) {
        this.watched.get(session)?.tap.done();
        this.watched.delete(session);
      }
      this.isBusy = false;
      this.inHand = [];
      if (this.awake.size > 0) this.sendSoon();
    }
  }

  /** What was typed there just now is in no other record. */
  private unread(session: string): void {
    const origin = this.watched.get(session)?.origin;
    if (origin) this.note(origin, { kind: 'hidden', text: '', certain: false, at: Date.now() });
  }

  private note(origin: CommandOrigin, command: DetectedCommand): void {
    const offset = origin.recorder.offsetOf(command.at);
    if (command.kind === 'line') {
      const label = command.text.slice(0, LABEL_CHARACTERS).toWellFormed();
      origin.recorder.markAt(offset, command.certain ? label : `? ${label}`);
    }
    this.write(origin, command, offset);
  }

  private write({ id, terms }: CommandOrigin, found: DetectedCommand, offsetMs: number): void {
    const { userId, username, assetId, assetName, systemUserId, systemUsername } = terms;
    this.journal.note({
      id: newId<CommandId>(),
      sessionId: id,
      ...{ userId, username, assetId, assetName, systemUserId, systemUsername },
      kind: found.kind,
      command: found.text,
      certain: found.certain,
      at: new Date(found.at),
      offsetMs,
    });
  }
}
