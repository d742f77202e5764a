import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { migrateBy, MIGRATION_NAMES, openDatabase, UnitOfWork, withKeyLock } from '#libs/database';
import { systemClock, type Config } from '#libs/kernel';
import { assertCurrentSchema, commandConfig, withInstallation } from '../command-line/installation.js';
import { machineActor } from '../command-line/machine-actor.js';
import { onlyArgument, UsageError } from '../command-line/usage-error.js';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { readBackup } from './backup-folder.js';
import { assertEmptyDatabase, assertEmptyFolder, loadRows } from './backup-restorer.js';
import { BackupWriter } from './backup-writer.js';
import { stageFiles } from './staged-files.js';

export const BACKUP_USAGE = `Usage: gatehouse backup FOLDER

Writes database, keys and recordings into FOLDER, which must be empty or not exist, while the product runs or is stopped.
Whoever has the backup can open every secret in it: keep it like the keys.
`;

export const RESTORE_USAGE = `Usage: gatehouse restore FOLDER

Puts a backup back, into an empty data folder and an empty database only. Stop the product before, start it after.
`;

const BUSY = 'Keys are being replaced (gatehouse keys rotate): try again when that has ended.';

/** Without it no secret of the database opens. */
const VAULT_KEY = 'keys/gateway/vault.private.json';

/** The package's: this file is compiled to dist/apps/standalone/src/backup. */
const PACKAGE = join(import.meta.dirname, '../../../../../package.json');

/** Runs `backup FOLDER` and gives its exit code. @throws UsageError; Error when there is no backup now */
export async function runBackupCommand(args: string[]): Promise<number> {
  const target = resolve(onlyArgument(args, 'folder'));
  const { dataDir } = commandConfig();
  for (const part of ['keys', 'recordings', 'spool', 'postgres']) {
    if (!relative(join(dataDir, part), target).startsWith('..'))
      throw new UsageError(`${target} lies in what is backed up: choose a folder elsewhere.`);
  }
  const inside = existsSync(target) ? await readdir(target) : [];
  if (inside.length > 0) throw new Error(`${target} is not empty: choose another folder.`);
  if (!existsSync(join(dataDir, VAULT_KEY)))
    throw new Error(
      `${join(dataDir, VAULT_KEY)} is not here: a backup without it would open no secret. Run it where it is.`,
    );
  const began = performance.now();
  const { rows, files } = await withInstallation(async ({ dataSource }) => {
    await assertCurrentSchema(dataSource);
    await note(dataSource, target);
    if (existsSync(target)) await rmdir(target).catch(asMounted);
    return withKeyLock(dataSource, 'reader', BUSY, () =>
      new BackupWriter(dataDir, dataSource, version()).write(target, systemClock.now()),
    );
  });
  process.stdout.write(`backed up: ${rows} rows, ${files} files in ${seconds(began)} s\n`);
  return 0;
}

/** Runs `restore FOLDER` and gives its exit code. @throws UsageError; Error when nothing was restored */
export async function runRestoreCommand(args: string[]): Promise<number> {
  const folder = resolve(onlyArgument(args, 'folder'));
  const config = commandConfig();
  const began = performance.now();
  const backup = await readBackup(folder);
  const { manifest, files } = backup;
  const unknown = manifest.migrations.find((name) => !MIGRATION_NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(
      `The backup is of Gatehouse ${manifest.version}, which is newer than this one (${unknown}).`,
    );
  await assertEmptyFolder(config.dataDir);
  await withEmptyDatabase(config, async (url, dataSource) => {
    const staged = await stageFiles(folder, config.dataDir, manifest, files);
    try {
      await migrateBy(url, manifest.migrations);
      await loadRows(dataSource, folder, manifest, machineActor());
      await staged.settle();
    } catch (error) {
      await staged.discard();
      throw error;
    }
  });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  process.stdout.write(
    `restored: ${rows} rows, ${files.length} files in ${seconds(began)} s; now start Gatehouse\n`,
  );
  return 0;
}

/** Opens a database with nothing in it: that of the settings, or a new embedded one that goes again when it fails. */
async function withEmptyDatabase(
  { databaseUrl, dataDir }: Config,
  use: (url: string, dataSource: DataSource) => Promise<void>,
): Promise<void> {
  if (databaseUrl === null) await assertEmptyFolder(dataDir, ['postgres']);
  const own = databaseUrl === null ? await startEmbeddedPostgres({ dataDir }) : null;
  const url = databaseUrl ?? own?.url ?? '';
  let isWhole = false;
  try {
    const dataSource = await openDatabase(url);
    try {
      await assertEmptyDatabase(dataSource);
      await use(url, dataSource);
      isWhole = true;
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await own?.stop();
    if (own && !isWhole) await rm(join(dataDir, 'postgres'), { recursive: true, force: true });
  }
}

async function note(dataSource: DataSource, target: string): Promise<void> {
  const subject = { subjectType: 'backup', subjectId: null, subjectName: target };
  await new UnitOfWork(dataSource, systemClock).run(machineActor(), (tx) =>
    tx.record({ action: 'backup.create', ...subject }),
  );
}

/** @throws Error that says what to do with a mount, and every other error */
function asMounted(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'EBUSY')
    throw new Error(
      'A backup is moved to its place in one go, so that cannot be a mount: name a folder below it.',
    );
  throw error;
}

const version = (): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8'))).version;

const seconds = (began: number): string => ((performance.now() - began) / 1_000).toFixed(1);
