import { readdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, RecurringWork, type Clock, type GatewayId, type Logger } from '#libs/kernel';
import { SpoolFile } from './spool-file.js';
import type { SpoolWriter } from './spool-writer.js';

/** A living gateway touches its file each second; one that didn't for this long is dead, or as good as. */
const DEAD_AFTER_MS = 20_000;
const LOOK_MS = 5_000;

/** Where to look, and what to do with what is found. */
export interface HeritageParts {
  folder: string;
  owner: GatewayId;
  writer: SpoolWriter;
  clock: Clock;
  logger: Logger;
}

/** Writes what gateways left that died before the database took it. Whoever renames the file first has it. */
export class LeftSpools {
  private readonly looking: RecurringWork;

  constructor(private readonly parts: HeritageParts) {
    this.looking = new RecurringWork(
      () => this.look(),
      { firstMs: 0, everyMs: LOOK_MS },
      (error) => {
        parts.logger.warn({ err: error }, 'what a dead gateway left is not written yet');
      },
    );
  }

  /** Begins to look for them. */
  start(): void {
    this.looking.start();
  }

  /** Ends it, after the one in hand. */
  stop(): Promise<void> {
    return this.looking.stop();
  }

  private async look(): Promise<void> {
    const { folder, owner } = this.parts;
    const names = (await readdir(folder)).filter((name) => name.endsWith('.spool')).sort();
    for (const name of names) {
      if (name === `${owner}.spool`) continue;
      const path = name.startsWith(owner) ? join(folder, name) : await this.take(join(folder, name));
      if (path !== null) await this.replay(path);
    }
  }

  /** The file's new name; null: its owner lives, or another took it. */
  private async take(path: string): Promise<string | null> {
    const { folder, owner, clock } = this.parts;
    const now = clock.now();
    const mine = join(folder, `${owner}.${newId()}.spool`);
    try {
      if (now.getTime() - (await stat(path)).mtimeMs < DEAD_AFTER_MS) return null;
      await utimes(path, now, now); // before it has the new name, so that nobody takes it from us
      await rename(path, mine);
      return mine;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  private async replay(path: string): Promise<void> {
    const { writer, clock, logger } = this.parts;
    const file = await SpoolFile.open(path, 0);
    let records = 0;
    let isOver = false;
    try {
      for (;;) {
        await file.touch(clock.now());
        const piece = await file.read();
        if (piece.lines.length === 0) break; // what may follow was cut by the crash
        await writer.write(piece.lines, 'again');
        records += piece.lines.length;
        await file.advance(piece);
      }
      isOver = true;
    } finally {
      await file.close(isOver);
    }
    if (records > 0) logger.info({ records }, 'wrote what a dead gateway had left');
  }
}
