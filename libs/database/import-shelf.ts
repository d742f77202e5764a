import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  IMPORT_KINDS,
  IMPORT_OUTCOMES,
  IMPORT_STATES,
  type ImportKind,
  type ImportOutcome,
  type ImportState,
} from '#libs/contracts';
import { asId, newId, NotFound, type Actor, type Clock, type FieldError, type ImportId } from '#libs/kernel';
import { Import, ImportRow, type ImportChange } from './entities/index.js';
import { readPage, type Page, type PageRequest } from './list-page.js';
import type { Transaction } from './unit-of-work.js';

/** How long an upload is kept, and how many of one person. */
const KEPT_MS = 3_600_000;
const KEPT_OF_ONE = 5;
/** A run that gave no sign of life for so long died with its process, and its transaction with it. */
const DEAD_AFTER_MS = 60_000;
/** Rows that go into one statement. */
const CHUNK = 2_000;

/** A checked upload without the rows. */
export type ImportHead = Pick<Import, keyof Import> & { counts: Record<ImportOutcome, number> };

/** A row as it is kept. */
export type KeptRow = Omit<ImportRow, 'importId'>;

/** What is to be kept. */
export interface CheckedSheet {
  kind: ImportKind;
  fileName: string;
  language: string;
  headers: string[];
  unknownHeaders: string[];
  otherSheets: string[];
  remarks: number;
  rows: readonly KeptRow[];
}

const countRows = z.array(z.object({ outcome: z.enum(IMPORT_OUTCOMES), count: z.number() }));
const problem = z
  .object({
    field: z.string(),
    code: z.string(),
    message: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  })
  .transform(({ params, ...fault }): FieldError => ({ ...fault, ...(params && { params }) }));
const change = z
  .object({ field: z.string(), before: z.unknown(), after: z.unknown() })
  .transform((found): ImportChange => ({ field: found.field, before: found.before, after: found.after }));
const keptRow = z.object({
  row: z.number(),
  name: z.string(),
  outcome: z.enum(IMPORT_OUTCOMES),
  cells: z.array(z.string()),
  fields: z.record(z.string(), z.unknown()),
  changes: z.array(change),
  errors: z.array(problem),
});
const keptImport = z.object({
  id: z.string().transform(asId<ImportId>),
  kind: z.enum(IMPORT_KINDS),
  fileName: z.string(),
  state: z.enum(IMPORT_STATES),
  progress: z.number(),
  /** Rows that it adds or changes. */
  writes: z.number(),
  createdAt: z.date(),
});

/** An import as its uploader finds it again. */
export type KeptImport = z.infer<typeof keptImport>;

const affected = z.tuple([z.unknown(), z.number()]);

const COLUMNS = 'r.row, r.name, r.outcome, r.cells, r.fields, r.changes, r.errors';

/**
 * Where uploaded spreadsheets lie between their check and their run. The server keeps them, so that what is run is what
 * was shown, row by row, whatever happens to the file meanwhile. Each is only its uploader's, for an hour.
 */
export class ImportShelf {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Keeps a checked upload, and clears away what is too old or too many. */
  async keep(actor: Actor, { rows, ...sheet }: CheckedSheet): Promise<ImportId> {
    const id = newId<ImportId>();
    const now = this.clock.now();
    const { userId: actorId } = actor;
    if (actorId === null) throw new Error('only people upload spreadsheets');
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `DELETE FROM imports WHERE created_at < $1 OR id IN (
           SELECT id FROM imports WHERE actor_id = $2 AND state <> 'running' ORDER BY created_at DESC OFFSET $3)`,
        [new Date(now.getTime() - KEPT_MS), actorId, KEPT_OF_ONE - 1],
      );
      const fields = { id, actorId, state: 'checked' as const, createdAt: now, ...sheet };
      await manager.getRepository(Import).insert(fields);
      for (let start = 0; start < rows.length; start += CHUNK) {
        await manager.query(
          `INSERT INTO import_rows (import_id, row, name, outcome, cells, fields, changes, errors)
           SELECT $1, r.row, r.name, r.outcome, r.cells, r.fields, r.changes, r.errors FROM jsonb_to_recordset($2::jsonb)
           AS r(row int, name text, outcome text, cells text[], fields jsonb, changes jsonb, errors jsonb)`,
          [id, JSON.stringify(rows.slice(start, start + CHUNK))],
        );
      }
    });
    return id;
  }

  /** @throws NotFound when it is gone, another kind or somebody else's */
  async get(actor: Actor, kind: ImportKind, id: ImportId): Promise<ImportHead> {
    const found = await this.dataSource.getRepository(Import).findOneBy({ id });
    const isOwn = found !== null && found.actorId === actor.userId && found.kind === kind;
    const oldest = this.clock.now().getTime() - KEPT_MS;
    if (!isOwn || found.createdAt.getTime() < oldest) throw new NotFound('import; upload the file again');
    const rows: unknown = await this.dataSource.query(
      'SELECT outcome, count(*)::int AS count FROM import_rows WHERE import_id = $1 GROUP BY outcome',
      [id],
    );
    const counts = { added: 0, changed: 0, unchanged: 0, refused: 0 };
    for (const { outcome, count } of countRows.parse(rows)) counts[outcome] = count;
    return { ...found, state: this.isDead(found) ? 'checked' : found.state, counts };
  }

  /** One page of somebody's own imports that are still kept, the newest first. */
  list(
    actor: Actor,
    { state, ...request }: PageRequest & { state?: ImportState | undefined },
  ): Promise<Page<KeptImport>> {
    const now = this.clock.now().getTime();
    const sql = {
      columns: `i.id, i.kind, i.file_name AS "fileName", i.state, i.progress, i.created_at AS "createdAt",
        (SELECT count(*)::int FROM import_rows r WHERE r.import_id = i.id AND r.outcome IN ('added', 'changed')) AS writes`,
      from: `(SELECT m.id, m.kind, m.file_name, m.progress, m.created_at,
                CASE WHEN m.state = 'running' AND m.alive_at < $3 THEN 'checked' ELSE m.state END AS state
              FROM imports m WHERE m.actor_id = $1 AND m.created_at >= $2) i WHERE ($4::text IS NULL OR i.state = $4)`,
      order: 'i.created_at DESC, i.id DESC',
    };
    const parameters = [actor.userId, new Date(now - KEPT_MS), new Date(now - DEAD_AFTER_MS), state ?? null];
    return readPage(this.dataSource, keptImport, sql, parameters, request);
  }

  /** One page of its rows, in the order of the file. */
  page(id: ImportId, outcome: ImportOutcome | null, request: PageRequest): Promise<Page<KeptRow>> {
    const sql = {
      columns: COLUMNS,
      from: 'import_rows r WHERE r.import_id = $1 AND ($2::text IS NULL OR r.outcome = $2)',
      order: 'r.row',
    };
    return readPage(this.dataSource, keptRow, sql, [id, outcome], request);
  }

  /** All its rows with these outcomes, in the order of the file. */
  async rows(id: ImportId, outcomes: readonly ImportOutcome[]): Promise<KeptRow[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM import_rows r WHERE r.import_id = $1 AND r.outcome = ANY($2) ORDER BY r.row`,
      [id, outcomes],
    );
    return keptRow.array().parse(rows);
  }

  /** Begins its run; false when it runs or ran already. */
  async claim(id: ImportId): Promise<boolean> {
    const now = this.clock.now();
    const result: unknown = await this.dataSource.query(
      `UPDATE imports SET state = 'running', progress = 0, alive_at = $2
       WHERE id = $1 AND (state = 'checked' OR (state = 'running' AND alive_at < $3))`,
      [id, now, new Date(now.getTime() - DEAD_AFTER_MS)],
    );
    return affected.parse(result)[1] === 1;
  }

  /** Tells how many rows the run has dealt with, to whoever asks meanwhile. */
  async progress(id: ImportId, done: number): Promise<void> {
    await this.dataSource.query('UPDATE imports SET progress = $2, alive_at = $3 WHERE id = $1', [
      id,
      done,
      this.clock.now(),
    ]);
  }

  /** The run wrote nothing: it can be tried again. */
  async release(id: ImportId): Promise<void> {
    await this.dataSource.query(`UPDATE imports SET state = 'checked', progress = 0 WHERE id = $1`, [id]);
  }

  /** The run is over: rows that it refused in the end say why. Stands or falls with the run's transaction. */
  async settle(tx: Transaction, id: ImportId, refused: ReadonlyMap<number, FieldError[]>): Promise<void> {
    const late = [...refused].map(([row, errors]) => ({ row, errors }));
    await tx.manager.query(
      `UPDATE import_rows r SET outcome = 'refused', errors = l.errors, changes = '[]'
       FROM jsonb_to_recordset($2::jsonb) AS l(row int, errors jsonb) WHERE r.import_id = $1 AND r.row = l.row`,
      [id, JSON.stringify(late)],
    );
    await tx.manager.query(
      `UPDATE imports SET state = 'done', progress = (SELECT count(*) FROM import_rows WHERE import_id = $1) WHERE id = $1`,
      [id],
    );
  }

  private isDead({ state, aliveAt }: Import): boolean {
    const oldest = this.clock.now().getTime() - DEAD_AFTER_MS;
    return state === 'running' && (aliveAt?.getTime() ?? 0) < oldest;
  }
}
