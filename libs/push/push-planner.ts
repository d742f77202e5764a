import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  Asset,
  AssetGroup,
  Push,
  readPage,
  requireKnown,
  SystemUser,
  type Page,
  type PushMode,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { assetsInGroups, planRun, unsuccessfulAssets, type RunBook } from '#libs/inventory';
import {
  asId,
  newId,
  NotFound,
  ValidationFailed,
  type Actor,
  type AssetGroupId,
  type AssetId,
  type PushId,
  type RunId,
  type SystemUserId,
} from '#libs/kernel';
import { readPushEngine } from './push-engine-settings.js';
import {
  PUSH_COLUMNS,
  PUSH_FROM,
  PUSH_RESULT_COLUMNS,
  PUSH_RESULTS,
  pushHistoryList,
  pushHistoryRow,
  pushList,
  pushResultRow,
  pushRow,
  recordList,
  recordRow,
  type PushFilter,
  type PushHistoryFilter,
  type PushHistoryRow,
  type PushRecordFilter,
  type PushRecordRow,
  type PushResultRow,
  type PushRow,
} from './push-rows.js';

/** A push that somebody asks for. */
export interface PushDraft {
  systemUserId: SystemUserId;
  assetIds?: AssetId[] | undefined;
  /** With all that is now in them and below them. */
  assetGroupIds?: AssetGroupId[] | undefined;
  mode: PushMode;
  /** Pins what an asset without a pinned host key shows now. */
  pinHostKey?: boolean | undefined;
  /** Of a recycle: the system user goes when it has been taken back from the last asset. */
  removesSystemUser?: boolean | undefined;
}

/** The run that carries a push out has its id. */
const runOf = (id: PushId): RunId => asId<RunId>(id);

/**
 * Plans pushes and shows what came of them. A record-only push is over as soon as it is planned; any other is a run
 * over its assets, carried out by gateways.
 */
export class PushPlanner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunBook,
  ) {}

  /** One page of pushes. */
  list(filter: PushFilter): Promise<Page<PushRow>> {
    const { sql, parameters } = pushList(filter);
    return readPage(this.dataSource, pushRow, sql, parameters, filter);
  }

  /** A push with its results, by asset name. @throws NotFound */
  async get(id: PushId): Promise<PushRow & { results: PushResultRow[] }> {
    const push = await this.find(id);
    const results: unknown = await this.dataSource.query(
      `SELECT ${PUSH_RESULT_COLUMNS} FROM ${PUSH_RESULTS} r WHERE r.id = $1 ORDER BY r.asset_name, r.asset_id`,
      [id],
    );
    return { ...push, results: pushResultRow.array().parse(results) };
  }

  /** One page of push records. */
  records(filter: PushRecordFilter): Promise<Page<PushRecordRow>> {
    const { sql, parameters } = recordList(filter);
    return readPage(this.dataSource, recordRow, sql, parameters, filter);
  }

  /** One page of what was done for a system user on an asset, the newest first. */
  history(filter: PushHistoryFilter): Promise<Page<PushHistoryRow>> {
    const { sql, parameters } = pushHistoryList(filter);
    return readPage(this.dataSource, pushHistoryRow, sql, parameters, filter);
  }

  /** @throws ValidationFailed: no target, something that doesn't exist, no secret of this mode, a push under way. */
  push(actor: Actor, draft: PushDraft): Promise<PushId> {
    return this.unitOfWork.run(actor, (tx) => planPush(tx, draft));
  }

  /** The same push once more, on these assets or on those where it failed or was stopped. @throws NotFound, ValidationFailed */
  async again(actor: Actor, id: PushId, assetIds?: AssetId[]): Promise<PushId> {
    const { systemUserId, mode, pinHostKey, removesSystemUser } = await this.find(id);
    return this.unitOfWork.run(actor, async (tx) => {
      const targets = assetIds ?? (await unsuccessfulAssets(tx, runOf(id)));
      if (targets.length === 0) {
        throw ValidationFailed.field('assetIds', 'no_target', 'This push failed on none of its assets.');
      }
      return planPush(tx, { systemUserId, mode, pinHostKey, removesSystemUser, assetIds: targets });
    });
  }

  /** Begins no more of it; what is over stays. @throws NotFound */
  async stop(actor: Actor, id: PushId): Promise<void> {
    const { finishedAt } = await this.find(id);
    if (finishedAt === null) await this.runs.stop(actor, 'push', runOf(id));
  }

  private async find(id: PushId): Promise<PushRow> {
    const found: unknown = await this.dataSource.query(
      `SELECT ${PUSH_COLUMNS} FROM ${PUSH_FROM} WHERE p.id = $1`,
      [id],
    );
    const [push] = pushRow.array().parse(found);
    if (!push) throw new NotFound('push');
    return push;
  }
}

/** Writes down a push in the transaction of a use-case. @throws ValidationFailed */
export async function planPush(tx: Transaction, draft: PushDraft): Promise<PushId> {
  const { systemUserId, mode, pinHostKey = false, removesSystemUser = false } = draft;
  await requireKnown(tx.manager, SystemUser, [systemUserId], 'systemUserId', 'system user');
  // pushes of one system user are planned one after the other, so that no two meet on an asset
  const user = await tx.of(SystemUser).findOneOrFail({
    where: { id: systemUserId },
    lock: { mode: 'for_no_key_update' },
  });
  requireSecret(user, mode);
  const targets = await targetsOf(tx, draft);
  await refuseOverlap(tx, systemUserId, targets);
  const id = newId<PushId>();
  const recordsOnly = mode === 'record-only';
  await tx.of(Push).insert({
    id,
    systemUserId,
    systemUsername: user.username,
    removesSystemUser,
    mode,
    pinHostKey,
    state: recordsOnly ? 'succeeded' : 'queued',
    requestedBy: tx.actor.username,
    createdAt: tx.now,
    finishedAt: recordsOnly ? tx.now : null,
  });
  if (recordsOnly) {
    await writeRecords(tx, id, draft, targets);
    await tx.notify('access.changed', { reason: 'push' });
  } else {
    const { engine, ansibleLimitSeconds } = await readPushEngine(tx.manager);
    const limit = engine === 'ansible' ? { limitSeconds: ansibleLimitSeconds } : {};
    const terms = { systemUserId, mode, pinHostKey, engine, ...limit };
    await planRun(tx, { kind: 'push', assetIds: targets, terms, id: runOf(id) });
  }
  await recordPush(tx, user.username, draft, targets);
  return id;
}

const SECRETS: Record<PushMode, ('key' | 'password')[]> = {
  key: ['key'],
  password: ['password'],
  both: ['key', 'password'],
  'record-only': [],
  recycle: [],
};

/** @throws ValidationFailed when the system user lacks what the mode pushes */
function requireSecret(user: SystemUser, mode: PushMode): void {
  const has = { key: user.sealedPrivateKey !== null, password: user.sealedPassword !== null };
  const missing = SECRETS[mode].find((kind) => !has[kind]);
  if (!missing) return;
  const message = `${user.username} has no ${missing}: give it one first, or choose another mode.`;
  throw ValidationFailed.field('mode', `no_${missing}`, message);
}

/** The assets that a push is for, each once. Only what was pushed or recorded is recycled. */
async function targetsOf(tx: Transaction, draft: PushDraft): Promise<AssetId[]> {
  const { assetIds = [], assetGroupIds = [], systemUserId, mode } = draft;
  if (assetIds.length + assetGroupIds.length === 0) {
    throw ValidationFailed.field('assetIds', 'no_target', 'Choose at least one asset or asset group.');
  }
  await requireKnown(tx.manager, Asset, assetIds, 'assetIds', 'asset');
  await requireKnown(tx.manager, AssetGroup, assetGroupIds, 'assetGroupIds', 'asset group');
  const grouped = assetGroupIds.length > 0 ? await assetsInGroups(tx.manager, assetGroupIds) : [];
  const targets = [...new Set([...assetIds, ...grouped])].sort();
  const field = assetIds.length > 0 ? 'assetIds' : 'assetGroupIds';
  if (targets.length === 0) {
    throw ValidationFailed.field(field, 'no_target', 'There is no asset in these groups yet.');
  }
  if (mode !== 'recycle') return targets;
  const standing = await withRecord(tx, systemUserId, targets);
  if (standing.length > 0) return standing;
  throw ValidationFailed.field(field, 'no_target', 'It has no push record on any of these assets.');
}

const assetRows = z.array(z.object({ id: z.string().transform(asId<AssetId>), name: z.string() }));

async function withRecord(tx: Transaction, user: SystemUserId, targets: AssetId[]): Promise<AssetId[]> {
  const rows: unknown = await tx.manager.query(
    `SELECT a.id, a.name FROM push_records p JOIN assets a ON a.id = p.asset_id
     WHERE p.system_user_id = $1 AND p.asset_id = ANY($2::uuid[]) ORDER BY a.id`,
    [user, targets],
  );
  return assetRows.parse(rows).map(({ id }) => id);
}

/** @throws ValidationFailed when another push of the system user is not yet over on one of the assets */
async function refuseOverlap(tx: Transaction, user: SystemUserId, targets: AssetId[]): Promise<void> {
  const rows: unknown = await tx.manager.query(
    `SELECT i.asset_id AS id, i.asset_name AS name FROM asset_runs r
       JOIN asset_run_items i ON i.run_id = r.id AND i.state IN ('queued', 'running')
     WHERE r.kind = 'push' AND r.finished_at IS NULL AND r.terms->>'systemUserId' = $1 AND i.asset_id = ANY($2::uuid[])
     ORDER BY i.asset_name LIMIT 1`,
    [user, targets],
  );
  const [first] = assetRows.parse(rows);
  if (!first) return;
  const message = `Another push of this system user to ${first.name} is under way: wait for its end or stop it.`;
  throw ValidationFailed.field('assetIds', 'push_under_way', message);
}

async function writeRecords(
  tx: Transaction,
  id: PushId,
  draft: PushDraft,
  targets: AssetId[],
): Promise<void> {
  await tx.manager.query(
    `INSERT INTO push_results (push_id, asset_id, asset_name, state)
     SELECT $1, a.id, a.name, 'succeeded' FROM assets a WHERE a.id = ANY($2::uuid[])`,
    [id, targets],
  );
  await tx.manager.query(
    `INSERT INTO push_records (id, system_user_id, asset_id, push_id, mode, succeeded, pushed_at, pushed_by)
     SELECT t.id, $1, t.asset_id, $2, $3, true, $4, $5
     FROM unnest($6::uuid[], $7::uuid[]) AS t(id, asset_id) ORDER BY t.asset_id
     ON CONFLICT (system_user_id, asset_id) DO UPDATE SET push_id = excluded.push_id, mode = excluded.mode,
       succeeded = true, failure = NULL, failure_told = NULL, engine = 'none', key_version = NULL, password_version = NULL,
       pushed = NULL, pushed_key = NULL, drift = NULL, drift_findings = '[]', drift_at = NULL,
       pushed_at = excluded.pushed_at, pushed_by = excluded.pushed_by`,
    [draft.systemUserId, id, draft.mode, tx.now, tx.actor.username, targets.map(() => newId()), targets],
  );
}

async function recordPush(
  tx: Transaction,
  username: string,
  draft: PushDraft,
  targets: AssetId[],
): Promise<void> {
  const { systemUserId, mode, pinHostKey = false, assetIds = [], assetGroupIds = [] } = draft;
  await tx.record({
    action: 'system-user.push',
    subjectType: 'system-user',
    subjectId: systemUserId,
    subjectName: username,
    after: { mode, pinHostKey, assetIds, assetGroupIds, assetCount: targets.length },
  });
}
