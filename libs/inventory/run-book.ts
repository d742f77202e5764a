import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { RunKind } from '#libs/contracts';
import {
  AssetRun,
  readPage,
  type Page,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, newId, NotFound, ValidationFailed, type Actor, type AssetId, type RunId } from '#libs/kernel';
import { closeRuns } from './run-ledger.js';
import {
  RUN_COLUMNS,
  runItemList,
  runItemRow,
  runList,
  runRow,
  type RunFilter,
  type RunItemFilter,
  type RunItemRow,
  type RunRow,
} from './run-rows.js';

/** A run to carry out. */
export interface RunPlan {
  kind: RunKind;
  /** Each once; those that don't exist are left out. */
  assetIds: readonly AssetId[];
  /** What gateways must know besides the asset; never a secret. */
  terms?: Record<string, unknown>;
  /** The id that it gets, when something else is to have the same. */
  id?: RunId;
}

const countRow = z.tuple([z.object({ count: z.number() })]);
const assetIdRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));

/** Plans runs over assets, shows how far they have come, stops them. Gateways do the work by a {@link RunLedger}. */
export class RunBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page of runs. */
  list(filter: RunFilter): Promise<Page<RunRow>> {
    const { sql, parameters } = runList(filter);
    return readPage(this.dataSource, runRow, sql, parameters, filter);
  }

  /** Of one kind, or of any (null). @throws NotFound also when it is of another kind */
  get(kind: RunKind | null, id: RunId): Promise<RunRow> {
    return readRun(this.dataSource, kind, id);
  }

  /** One page of what came of a run, by asset name. @throws NotFound */
  async results(kind: RunKind | null, id: RunId, filter: RunItemFilter): Promise<Page<RunItemRow>> {
    await this.get(kind, id);
    const { sql, parameters } = runItemList(id, filter);
    return readPage(this.dataSource, runItemRow, sql, parameters, filter);
  }

  /** Begins no more of it and ends what is in hand; one that is over stays as it is. @throws NotFound */
  stop(actor: Actor, kind: RunKind, id: RunId): Promise<RunRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      const { finishedAt, stoppedBy, assetCount } = await readRun(tx.manager, kind, id);
      if (finishedAt ?? stoppedBy) return readRun(tx.manager, kind, id);
      // items first, as gateways lock them
      await tx.manager.query(
        `UPDATE asset_run_items SET state = 'stopped', finished_at = now() WHERE run_id = $1 AND state = 'queued'`,
        [id],
      );
      await tx.of(AssetRun).update(id, { stoppedBy: actor.username });
      await closeRuns(tx.manager, [id]);
      await tx.record({
        action: `${kind}.stop`,
        subjectType: 'run',
        subjectId: id,
        subjectName: `${assetCount} assets`,
      });
      await tx.notify('run.stopped', { runId: id });
      return readRun(tx.manager, kind, id);
    });
  }
}

/** Writes down a run in the transaction of a use-case; gateways begin when it commits. @throws ValidationFailed: no asset */
export async function planRun(tx: Transaction, plan: RunPlan): Promise<RunId> {
  const { kind, assetIds, terms = {}, id = newId<RunId>() } = plan;
  const { userId: requestedById, username: requestedBy } = tx.actor;
  await tx.manager.query(
    `INSERT INTO asset_runs (id, kind, state, terms, requested_by_id, requested_by, created_at, asset_count)
     VALUES ($1, $2, 'queued', $3, $4, $5, $6, 0)`,
    [id, kind, JSON.stringify(terms), requestedById, requestedBy, tx.now],
  );
  const rows: unknown = await tx.manager.query(
    `WITH planned AS (
       INSERT INTO asset_run_items (run_id, asset_id, asset_name, kind, place)
       SELECT $1, a.id, a.name, $2, row_number() OVER (ORDER BY a.name, a.id) FROM assets a WHERE a.id = ANY($3::uuid[])
       RETURNING 1
     ) SELECT count(*)::int AS count FROM planned`,
    [id, kind, assetIds],
  );
  const { count } = countRow.parse(rows)[0];
  if (count === 0) throw ValidationFailed.field('assetIds', 'no_target', 'There is no asset to do this on.');
  await tx.of(AssetRun).update(id, { assetCount: count });
  await tx.notify('run.waiting', { kind });
  return id;
}

/** The assets on which a run did not succeed, those that are still there. */
export async function unsuccessfulAssets(tx: Transaction, id: RunId): Promise<AssetId[]> {
  const rows: unknown = await tx.manager.query(
    `SELECT a.id FROM asset_run_items i JOIN assets a ON a.id = i.asset_id
     WHERE i.run_id = $1 AND i.state IN ('failed', 'stopped')`,
    [id],
  );
  return assetIdRows.parse(rows).map((row) => row.id);
}

/** One run, of one kind or of any (null). @throws NotFound also when it is of another kind */
export async function readRun(source: SqlSource, kind: RunKind | null, id: RunId): Promise<RunRow> {
  const rows = await source.query(
    `SELECT ${RUN_COLUMNS} FROM asset_runs r WHERE r.id = $1 AND ($2::text IS NULL OR r.kind = $2)`,
    [id, kind],
  );
  const [run] = runRow.array().parse(rows);
  if (!run) throw new NotFound('run');
  return run;
}
