import { chmod, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { sealBackup, tableFile, type BackedUpFile, type Manifest } from './backup-folder.js';
import { absent, copyHashed, openForSync, walk, writeHashed } from './hashed-file.js';
import { dumpTable, EXACT_TEXT, readTables, quoted } from './table-rows.js';

const names = z.array(z.object({ name: z.string() }));
const positions = z.tuple([z.object({ lastValue: z.string(), isCalled: z.boolean() })]);

/** A file that was copied, and as what. */
interface Copied {
  sha256: string;
  size: number;
  changedMs: number;
}

/** How much a backup holds. */
export interface BackupCounts {
  rows: number;
  files: number;
}

/**
 * Writes a backup while the product runs. Files come first, then one snapshot of the database, then once more the files
 * that are new or grew: whatever the snapshot's rows name is there, also what retention deletes meanwhile.
 */
export class BackupWriter {
  private readonly files = new Map<string, Copied>();
  private readonly modes: Record<string, number> = {};

  constructor(
    private readonly dataDir: string,
    private readonly dataSource: DataSource,
    private readonly version: string,
  ) {}

  /** Writes beside `target`, which must not exist, and moves the whole backup there. @throws the file system's or the database's error */
  async write(target: string, now: Date): Promise<BackupCounts> {
    await mkdir(dirname(target), { recursive: true });
    const unfinished = await mkdtemp(join(dirname(target), `.${basename(target)}.unfinished-`));
    try {
      const counts = await this.fill(unfinished, now);
      await syncFolders(unfinished);
      await rename(unfinished, target);
      await openForSync(dirname(target));
      return counts;
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  }

  private async fill(folder: string, now: Date): Promise<BackupCounts> {
    await chmod(folder, 0o700);
    await this.copyKeys(folder);
    // the spool before the snapshot: what is drained between the two is in both, and a record counts once
    await this.copyFiles('spool', folder);
    await this.copyFiles('recordings', folder);
    const runner = this.dataSource.createQueryRunner();
    await runner.startTransaction('REPEATABLE READ');
    try {
      await runner.query('SET TRANSACTION READ ONLY');
      await runner.query(EXACT_TEXT);
      const said = await this.dump(runner, folder);
      await this.copyFiles('recordings', folder);
      await this.dropDeleted(runner, folder);
      const files: BackedUpFile[] = [...this.files].map(([path, { sha256 }]) => ({ path, sha256 }));
      const about = { version: this.version, createdAt: now.toISOString(), modes: this.modes };
      await sealBackup(folder, files, { ...about, ...said });
      return { rows: said.tables.reduce((sum, { rows }) => sum + rows, 0), files: files.length };
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  }

  private async dump(
    runner: QueryRunner,
    folder: string,
  ): Promise<Pick<Manifest, 'migrations' | 'tables' | 'sequences'>> {
    const migrations = await namesOf(runner, 'SELECT name FROM migrations ORDER BY id');
    const tables: Manifest['tables'] = [];
    for (const table of await readTables(runner)) {
      let rows = 0;
      const lines = Readable.from(dumpTable(runner, table, (count) => (rows = count)));
      const path = tableFile(table.name);
      let sha256 = '';
      await pipeline(lines, createGzip(), async (packed: AsyncIterable<Buffer>) => {
        sha256 = await writeHashed(join(folder, path), packed);
      });
      this.files.set(path, { sha256, size: 0, changedMs: 0 });
      tables.push({ ...table, rows });
    }
    const sequences: Manifest['sequences'] = [];
    const all =
      'SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1';
    for (const name of await namesOf(runner, all)) {
      const found: unknown = await runner.query(
        `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${quoted(name)}`,
      );
      sequences.push({ name, ...positions.parse(found)[0] });
    }
    return { migrations, tables, sequences };
  }

  private async copyKeys(folder: string): Promise<void> {
    await this.copyFiles('keys', folder);
    for await (const { path, stats } of walk(this.dataDir, 'keys')) this.modes[path] = stats.mode & 0o777;
  }

  /** Copies files that are new, or not as they were when they were copied. */
  private async copyFiles(part: string, folder: string): Promise<void> {
    for await (const { path, stats } of walk(this.dataDir, part)) {
      if (!stats.isFile()) continue;
      const before = this.files.get(path);
      if (before?.size === stats.size && before.changedMs === stats.mtimeMs) continue;
      const sha256 = await copyHashed(join(this.dataDir, path), join(folder, path)).catch(absent);
      if (sha256 !== null) this.files.set(path, { sha256, size: stats.size, changedMs: stats.mtimeMs });
    }
  }

  /** Recordings that were deleted before the snapshot, after they were copied, are not kept by the backup. */
  private async dropDeleted(runner: QueryRunner, folder: string): Promise<void> {
    for (const path of this.files.keys()) {
      if (!path.startsWith('recordings/') || (await lstat(join(this.dataDir, path)).catch(absent))) continue;
      const known = z.array(z.unknown()).parse(
        await runner.query(
          `SELECT FROM sessions s WHERE s.recording_path = $1
           AND NOT EXISTS (SELECT FROM deleted_recordings d WHERE d.session_id = s.id)`,
          [path.slice('recordings/'.length)],
        ),
      );
      if (known.length > 0) continue;
      await rm(join(folder, path), { force: true });
      this.files.delete(path);
    }
  }
}

async function namesOf(runner: QueryRunner, sql: string): Promise<string[]> {
  return names.parse(await runner.query(sql)).map(({ name }) => name);
}

async function syncFolders(folder: string): Promise<void> {
  for await (const { path, stats } of walk(folder, '.'))
    if (stats.isDirectory()) await openForSync(join(folder, path));
}
