import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { newId, type Actor } from '#libs/kernel';
import { tableFile, type Manifest } from './backup-folder.js';
import { walk } from './hashed-file.js';
import { PARTS, STAGE } from './staged-files.js';
import { EXACT_TEXT, loadTable, quoted, readTables } from './table-rows.js';

const constraints = z.array(z.object({ table: z.string(), name: z.string() }));

/** Empty folders may be there, as mounts and images have them. @throws Error that names what stands in the way */
export async function assertEmptyFolder(dataDir: string, parts: readonly string[] = PARTS): Promise<void> {
  for (const part of parts) {
    for await (const { path, stats } of walk(dataDir, part)) {
      const isStaged = path.split('/').includes(STAGE); // of a restore that was cut off
      if (stats.isDirectory() || isStaged) continue;
      throw new Error(`${join(dataDir, part)} is not empty: a restore takes an empty data folder only.`);
    }
  }
}

/** @throws Error that names what stands in the way */
export async function assertEmptyDatabase(dataSource: DataSource): Promise<void> {
  const found: { name: string }[] = await dataSource.query(
    'SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY 1 LIMIT 3',
  );
  if (found.length === 0) return;
  const some = found.map(({ name }) => name).join(', ');
  throw new Error(`The database holds something (${some}, …): a restore takes an empty database only.`);
}

/**
 * Loads the rows, in one transaction, into the schema that the backup's migrations made.
 * @throws Error when a table isn't there or has another number of rows afterwards
 */
export async function loadRows(
  dataSource: DataSource,
  folder: string,
  manifest: Manifest,
  actor: Actor,
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(EXACT_TEXT);
    await loadAll(runner, folder, manifest);
    await runner.query(
      `INSERT INTO operations (id, at, actor_name, way, action, subject_type, subject_name, after)
       VALUES ($1, now(), $2, $3, 'backup.restore', 'backup', $4, $5)`,
      [
        newId(),
        actor.username,
        actor.way,
        folder,
        { createdAt: manifest.createdAt, version: manifest.version },
      ],
    );
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

async function loadAll(runner: QueryRunner, folder: string, manifest: Manifest): Promise<void> {
  const here = new Set((await readTables(runner)).map(({ name }) => name));
  const { tables, sequences } = manifest;
  const missing = tables.find(({ name }) => !here.has(name));
  if (missing) throw new Error(`The schema has no table ${missing.name}, which the backup has.`);
  const all = tables.map(({ name }) => quoted(name));
  await runner.query(`TRUNCATE ${all.join(', ')}`);
  const keys = await foreignKeys(runner);
  // checked when all is there, as rows of different tables name each other; what triggers derive is in the backup too
  for (const { table, name } of keys)
    await runner.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${quoted(name)} DEFERRABLE INITIALLY DEFERRED`);
  for (const table of all) await runner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  for (const table of tables) {
    const loaded = await loadTable(runner, table, linesOf(join(folder, tableFile(table.name))));
    if (loaded !== table.rows)
      throw new Error(`${table.name}: ${loaded} rows, and the backup speaks of ${table.rows}.`);
  }
  await runner.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const table of all) await runner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  for (const { table, name } of keys)
    await runner.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${quoted(name)} NOT DEFERRABLE`);
  for (const { name, lastValue, isCalled } of sequences)
    await runner.query('SELECT setval($1::regclass, $2, $3)', [quoted(name), lastValue, isCalled]);
}

/** The lines of a packed file. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  const text: AsyncIterable<string> = createReadStream(path).pipe(createGunzip()).setEncoding('utf8');
  for await (const chunk of text) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function foreignKeys(runner: QueryRunner): Promise<z.infer<typeof constraints>> {
  const rows: unknown = await runner.query(
    `SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace`,
  );
  return constraints.parse(rows);
}
