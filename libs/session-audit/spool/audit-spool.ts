import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecurringWork, type Clock, type GatewayId, type Logger } from '#libs/kernel';
import { LeftSpools } from './left-spools.js';
import { lineOf, type SpoolKind } from './spool-entry.js';
import { SpoolFile } from './spool-file.js';
import { SpoolWriter } from './spool-writer.js';
import type { SpoolStatements } from './spool-statements.js';

/** Records that come within this time share a statement. */
const GATHER_MS = 25;
const RETRY_MS = 1_000;
/** Records of one statement from memory, and of one write to the file. */
const AT_ONCE = 2_000;
/** What neither the database nor the disk takes for so long is in danger. */
const DANGER_MS = 1_000;
/** Records that wait in memory while neither takes them; some 0.5 KB each. */
const MAX_IN_MEMORY = 100_000;
/** Failed logins of outsiders must not fill the disk while the database is away. */
const MAX_LOGINS_IN_MEMORY = 10_000;
/** A spool's file has at most so many bytes: some million records. */
const MAX_BYTES = 1024 * 1024 * 1024;
const CARE_MS = 500;
/** How long a process that stops waits for the database to take its records. */
const CLOSE_MS = 5_000;

/** What a spool needs. */
export interface SpoolParts {
  dataDir: string;
  databaseUrl: string;
  statements: SpoolStatements;
  clock: Clock;
  logger: Logger;
  maxBytes?: number;
}

/** What could be kept nowhere. */
export interface SpoolGap {
  from: Date;
  to: Date;
  lost: Partial<Record<SpoolKind, number>>;
}

/** Whoever wants to know how the spool is. */
export interface SpoolListener {
  /** What is noted from now on is neither in the database nor on the disk. */
  inDanger(error: Error): void;
  /** Records are safe again. `gap`: what was lost meanwhile; null: nothing. */
  outOfDanger(gap: SpoolGap | null): void;
}

interface Waiting {
  kind: SpoolKind;
  line: string;
  since: number;
}

/**
 * On its way to the database, every audit record of a gateway goes through here. It is put into a file first and taken out
 * when the database has it, so neither a database that is away nor `kill -9` loses one. Without a file (see
 * {@link AuditSpool.open}), or with a disk that fails, records wait in memory. See docs/adr/0013.
 */
export class AuditSpool {
  private memory: Waiting[] = [];
  private logins = 0;
  private file: SpoolFile | null = null;
  private left: LeftSpools | null = null;
  private diskFailure: Error | null = null;
  private danger: Error | null = null;
  private gap: SpoolGap | null = null;
  private storing: Promise<void> | null = null;
  private pumping: Promise<void> | null = null;
  /** The first records in memory are on their way to the database: none may overtake them. */
  private isSending = false;
  private isTold = false;
  private stopped = false;
  private isClosed = false;
  private noted = 0;
  private written = 0;
  private isHurried = false;
  private endGathering: () => void = () => undefined;
  private waiters: { upTo: number; done: () => void }[] = [];
  private listener: SpoolListener | null = null;
  private readonly writer: SpoolWriter;
  private readonly care: RecurringWork;

  constructor(private readonly parts: SpoolParts) {
    const { logger } = parts;
    const refusedFile = join(parts.dataDir, 'spool', 'refused.jsonl');
    this.writer = new SpoolWriter({ ...parts, refusedFile: () => (this.file === null ? null : refusedFile) });
    this.care = new RecurringWork(
      () => this.takeCare(),
      { firstMs: CARE_MS, everyMs: CARE_MS },
      (error) => {
        logger.warn({ err: error }, 'the spool of audit records has trouble with its disk');
      },
    );
  }

  /**
   * From now on records are kept in a file, and what dead gateways of this data folder left is written.
   * @throws the file system's error
   */
  async open(gatewayId: GatewayId): Promise<void> {
    const { dataDir, clock, logger, maxBytes = MAX_BYTES } = this.parts;
    const folder = join(dataDir, 'spool');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.file = await SpoolFile.open(join(folder, `${gatewayId}.spool`), maxBytes);
    this.left = new LeftSpools({ folder, owner: gatewayId, writer: this.writer, clock, logger });
    this.left.start();
    this.care.start();
  }

  /** Says who hears when records are in danger. */
  listen(listener: SpoolListener): void {
    this.listener = listener;
  }

  /** Why what is noted now can be kept nowhere; null: it can. */
  get inDanger(): Error | null {
    return this.danger;
  }

  /** Takes a record; it is written soon, and again until the database took it. */
  note(kind: SpoolKind, record: object): void {
    if (this.isClosed) {
      this.keepLate(lineOf(kind, record));
      return;
    }
    if (this.memory.length >= MAX_IN_MEMORY || (kind === 'login' && this.logins >= MAX_LOGINS_IN_MEMORY)) {
      this.lose(kind);
      return;
    }
    this.memory.push({ kind, line: lineOf(kind, record), since: performance.now() });
    if (kind === 'login') this.logins++;
    this.noted++;
    if (this.memory.length === 1) setImmediate(() => void this.store());
    this.pumping ??= this.pump();
  }

  /** Resolves when the database has all that was noted until now. */
  settled(): Promise<void> {
    if (this.written >= this.noted) return Promise.resolve();
    // somebody waits: no more is gathered
    this.isHurried = true;
    this.endGathering();
    return new Promise((done) => this.waiters.push({ upTo: this.noted, done }));
  }

  /** Waits until all is written, at most `timeoutMs`; what isn't then, and what is noted later, is in the file for whoever comes next. */
  async close(timeoutMs = CLOSE_MS): Promise<void> {
    if (this.stopped) return;
    await Promise.race([this.settled(), sleep(timeoutMs, undefined, { ref: false })]);
    this.stopped = true;
    await this.care.stop();
    await this.left?.stop();
    await this.store();
    await this.file?.sync();
    await this.file?.close();
    this.isClosed = true;
    if (this.memory.length > 0) this.keepLate(this.memory.map(({ line }) => line).join(''));
    await this.writer.close();
  }

  /** Of a process that keeps no file. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** Memory to file. */
  private store(): Promise<void> {
    this.storing ??= this.storeAll().finally(() => {
      this.storing = null;
    });
    return this.storing;
  }

  private async storeAll(): Promise<void> {
    while (this.file && this.memory.length > 0 && !this.isSending) {
      const batch = this.memory.slice(0, AT_ONCE);
      try {
        const isOurs = await this.file.append(Buffer.from(batch.map(({ line }) => line).join('')));
        // what was in a file that another gateway took over is that one's to write
        if (!isOurs) this.count(this.noted - this.memory.length - this.written);
        this.forget(batch.length);
        this.diskFailure = null;
      } catch (error) {
        this.diskFailure = error instanceof Error ? error : new Error(String(error));
        return;
      }
    }
  }

  /** File, or memory, to database. */
  private async pump(): Promise<void> {
    while (this.written < this.noted && !this.stopped) {
      await this.gather();
      try {
        await this.store();
        await this.send();
        this.isTold = false;
      } catch (error) {
        if (!this.isTold) this.parts.logger.warn({ err: error }, 'audit records wait for the database');
        this.isTold = true;
        await this.file?.sync().catch(() => undefined); // told by what takes care of it
        await sleep(RETRY_MS);
      }
    }
    this.pumping = null;
  }

  /** Lets some come together, unless somebody waits for them. */
  private gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.isHurried ? 0 : GATHER_MS);
      this.isHurried = false;
      this.endGathering = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async send(): Promise<void> {
    const { file } = this;
    if (file && file.unread > 0) {
      const piece = await file.read();
      await this.writer.write(piece.lines, 'once');
      await file.advance(piece);
      this.count(piece.lines.length);
    } else if (this.memory.length > 0 && !this.storing) {
      await this.sendMemory();
    }
  }

  private async sendMemory(): Promise<void> {
    this.isSending = true;
    try {
      const batch = this.memory.slice(0, AT_ONCE);
      const lines = batch.map(({ line }) => line);
      await this.writer.write(lines, 'once');
      this.forget(batch.length);
      this.count(batch.length);
    } finally {
      this.isSending = false;
    }
  }

  private forget(count: number): void {
    for (const { kind } of this.memory.splice(0, count)) if (kind === 'login') this.logins--;
  }

  private count(lines: number): void {
    this.written += lines;
    const [done, waiting] = [
      this.waiters.filter(({ upTo }) => upTo <= this.written),
      this.waiters.filter(({ upTo }) => upTo > this.written),
    ];
    this.waiters = waiting;
    for (const waiter of done) waiter.done();
  }

  /** Twice a second: the file says that its owner lives, is on the disk itself, and danger is seen. */
  private async takeCare(): Promise<void> {
    this.lookForDanger();
    await this.file?.touch(this.parts.clock.now());
    await this.file?.sync();
  }

  private lookForDanger(): void {
    const [first] = this.memory;
    const { diskFailure, danger } = this;
    const isLate = first !== undefined && performance.now() - first.since > DANGER_MS;
    if (!danger && diskFailure && isLate) {
      this.danger = diskFailure;
      this.parts.logger.error({ err: diskFailure }, 'audit records can be kept nowhere');
      this.listener?.inDanger(diskFailure);
    } else if ((danger !== null || this.gap !== null) && !first) {
      this.danger = null;
      const { gap } = this;
      this.gap = null;
      this.listener?.outOfDanger(gap);
    }
  }

  /** The process ends: nobody waits for a promise any more. */
  private keepLate(lines: string): void {
    try {
      if (!this.file) throw new Error('this process keeps no spool');
      appendFileSync(this.file.path, lines, { mode: 0o600 });
    } catch (error) {
      this.parts.logger.error({ err: error }, 'audit records are lost: they came after the end');
    }
  }

  private lose(kind: SpoolKind): void {
    const now = this.parts.clock.now();
    if (!this.gap) this.parts.logger.error({ kind }, 'an audit record is lost: too many wait');
    this.gap ??= { from: now, to: now, lost: {} };
    this.gap.to = now;
    this.gap.lost[kind] = (this.gap.lost[kind] ?? 0) + 1;
  }
}
