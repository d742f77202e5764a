import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { ExecDirectory, ExecTarget, ExecTargets } from '#libs/authorization';
import { BATCH_LIMITS, BATCH_WAYS, type Action, type BatchResultState } from '#libs/contracts';
import {
  BatchExecution,
  readPage,
  SystemUser,
  type Page,
  type PageRequest,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  newId,
  NotFound,
  ValidationFailed,
  type Actor,
  type AssetId,
  type BatchExecutionId,
  type GatewayId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { readTimeline, type TimelinePage } from '../timeline.js';
import { closeBatch } from './batch-ledger.js';
import {
  EXECUTION_COLUMNS,
  executionRow,
  executionTimeline,
  groupList,
  groupRow,
  resultColumns,
  resultList,
  resultRow,
  type BatchExecutionRow,
  type BatchFilter,
  type BatchGroupRow,
  type BatchResultFilter,
  type BatchResultRow,
} from './batch-rows.js';

/** On which of one's own assets: those that a pattern takes, or those picked by id. */
export interface BatchTargets {
  systemUserId: SystemUserId;
  pattern?: string | undefined;
  assetIds?: readonly AssetId[] | undefined;
}

/** One command on many assets. */
export interface BatchWish extends BatchTargets {
  command: string;
  /** What the pattern took when somebody looked at it: it must still take these and no others. */
  confirmed?: readonly AssetId[] | undefined;
  parallel?: number | undefined;
  timeLimitSeconds?: number | undefined;
  outputBytes?: number | undefined;
}

/** Who may see or stop what: everybody their own; null: whoever may audit, all. */
export type Owner = UserId | null;

/** Begins batch executions, shows what came of them, stops them (FEATURES C11, W2, G8). Gateways do the work. */
export class BatchDesk {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly directory: ExecDirectory,
  ) {}

  /** What would be run on, or what else is to be done. @throws ValidationFailed: a pattern that can't be read, or neither or both were given */
  preview(userId: UserId, wish: BatchTargets, action: Action = 'exec'): Promise<ExecTargets> {
    return this.targetsOf(userId, wish, action);
  }

  /**
   * Writes down what is to be run; a gateway begins at once: any, or the one that is named, which must then carry it out.
   * @throws ValidationFailed: nothing or too much to run on, assets that are not the caller's or not those confirmed, no command
   */
  async begin(actor: Actor, wish: BatchWish, gatewayId: GatewayId | null = null): Promise<BatchExecutionId> {
    const { userId } = actor;
    const way = BATCH_WAYS.find((each) => each === actor.way);
    if (userId === null || !way) throw new Error('a batch execution is somebody’s');
    const command = checkCommand(wish.command);
    const targets = checkTargets(wish, await this.targetsOf(userId, wish));
    if (wish.confirmed) checkConfirmed(wish.confirmed, targets);
    return this.unitOfWork.run(actor, async (tx) => {
      const systemUser = await tx.of(SystemUser).findOneBy({ id: wish.systemUserId });
      if (!systemUser) throw new NotFound('system user');
      const id = newId<BatchExecutionId>();
      const systemUsername = systemUser.username;
      const { username, address } = actor;
      const who = { userId, username, sourceAddress: address ?? '', way };
      const what = { systemUserId: wish.systemUserId, systemUsername, command, pattern: wish.pattern ?? '' };
      await tx.of(BatchExecution).insert({
        id,
        ...who,
        ...what,
        ...limitsOf(wish),
        state: gatewayId ? 'running' : 'queued',
        gatewayId,
        startedAt: gatewayId && tx.now,
        assetCount: targets.length,
        createdAt: tx.now,
      });
      await insertTargets(tx, id, targets);
      await record(tx, 'batch-execution.begin', id, systemUsername, targets.length);
      if (!gatewayId) await tx.notify('batch.waiting', {});
      return id;
    });
  }

  /** One page, the latest first. */
  list(filter: BatchFilter): Promise<TimelinePage<BatchExecutionRow>> {
    const { sql, parameters } = executionTimeline(filter);
    return readTimeline(this.dataSource, executionRow, (row) => row.createdAt, sql, parameters, filter);
  }

  /** @throws NotFound also when it is somebody else's */
  get(owner: Owner, id: BatchExecutionId): Promise<BatchExecutionRow> {
    return readExecution(this.dataSource, owner, id);
  }

  /** One page of results by asset name. @throws NotFound */
  async results(
    owner: Owner,
    id: BatchExecutionId,
    filter: BatchResultFilter,
  ): Promise<Page<BatchResultRow>> {
    await this.get(owner, id);
    const { sql, parameters } = resultList(id, filter);
    return readPage(this.dataSource, resultRow, sql, parameters, filter);
  }

  /** One result with all the output that was kept. @throws NotFound */
  async result(owner: Owner, id: BatchExecutionId, assetId: AssetId): Promise<BatchResultRow> {
    await this.get(owner, id);
    const rows: unknown = await this.dataSource.query(
      `SELECT ${resultColumns('whole')} FROM batch_results r WHERE r.execution_id = $1 AND r.asset_id = $2`,
      [id, assetId],
    );
    const [found] = resultRow.array().parse(rows);
    if (!found) throw new NotFound('result');
    return found;
  }

  /** One page of what is done, equal outcomes as one, the most frequent first. @throws NotFound */
  async groups(
    owner: Owner,
    id: BatchExecutionId,
    request: PageRequest & { state?: BatchResultState | undefined },
  ): Promise<Page<BatchGroupRow>> {
    await this.get(owner, id);
    return readPage(this.dataSource, groupRow, groupList(request.sort), [id, request.state ?? null], request);
  }

  /** Begins no more of it and ends what is in hand; one that is over stays as it is. @throws NotFound */
  stop(actor: Actor, owner: Owner, id: BatchExecutionId): Promise<BatchExecutionRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      const { finishedAt, stoppedBy, systemUsername, assetCount } = await readExecution(
        tx.manager,
        owner,
        id,
      );
      if (finishedAt ?? stoppedBy) return readExecution(tx.manager, owner, id);
      await tx.manager.query(
        `UPDATE batch_results SET state = 'stopped', finished_at = now() WHERE execution_id = $1 AND state = 'queued'`,
        [id],
      );
      await tx.of(BatchExecution).update(id, { stoppedBy: actor.username });
      await closeBatch(tx.manager, id);
      await record(tx, 'batch-execution.stop', id, systemUsername, assetCount);
      await tx.notify('batch.stopped', { executionId: id });
      return readExecution(tx.manager, owner, id);
    });
  }

  private targetsOf(
    userId: UserId,
    { systemUserId, pattern, assetIds }: BatchTargets,
    action: Action = 'exec',
  ): Promise<ExecTargets> {
    if ((pattern === undefined) === (assetIds === undefined)) {
      const message = 'Give either a pattern or the ids of assets.';
      throw ValidationFailed.field('pattern', 'pattern_or_ids', message);
    }
    return assetIds
      ? this.directory.pick(userId, systemUserId, assetIds, action)
      : this.directory.match(userId, systemUserId, pattern ?? '', action);
  }
}

function checkCommand(command: string): string {
  const text = command.replaceAll('\r\n', '\n');
  if (text.trim() === '') throw ValidationFailed.field('command', 'required', 'Write a command.');
  const max = BATCH_LIMITS.command;
  if (text.length > max)
    throw ValidationFailed.field('command', 'too_long', `Use at most ${max} characters.`, { max });
  if (text.includes('\0') || !text.isWellFormed()) {
    const message = 'There are characters in it that no shell can read: NUL, or halves of others.';
    throw ValidationFailed.field('command', 'unreadable_characters', message);
  }
  return text;
}

/** @throws ValidationFailed, in words that name nothing that isn't the caller's */
function checkTargets({ assetIds }: BatchTargets, { targets, withheldCount }: ExecTargets): ExecTarget[] {
  const field = assetIds ? 'assetIds' : 'pattern';
  const missing = assetIds ? new Set(assetIds).size - targets.length : targets.length === 0 ? 1 : 0;
  if (missing > 0 && withheldCount > 0) {
    const message = `Your rules for ${withheldCount} of these assets do not allow: exec.`;
    throw ValidationFailed.field(field, 'action_not_allowed', message);
  }
  if (missing > 0) {
    const none = assetIds ? `${missing} of these are not open to you` : 'None of your assets matches';
    throw ValidationFailed.field(field, 'no_target', `${none} as this system user.`);
  }
  if (targets.length > BATCH_LIMITS.assets) {
    const message = `These are ${targets.length} assets; at most ${BATCH_LIMITS.assets} are allowed.`;
    throw ValidationFailed.field(field, 'too_many', message, { max: BATCH_LIMITS.assets });
  }
  return targets;
}

function checkConfirmed(confirmed: readonly AssetId[], targets: readonly ExecTarget[]): void {
  const left = new Set(confirmed);
  if (targets.length === left.size && targets.every(({ id }) => left.has(id))) return;
  const message = 'Other assets match now than those you confirmed. Go back with q and choose again.';
  throw ValidationFailed.field('pattern', 'targets_changed', message);
}

function limitsOf(wish: BatchWish): Pick<BatchExecution, 'parallel' | 'timeLimitSeconds' | 'outputBytes'> {
  const { parallel, timeLimitSeconds, outputBytes } = BATCH_LIMITS;
  return {
    parallel: wish.parallel ?? parallel.normal,
    timeLimitSeconds: wish.timeLimitSeconds ?? timeLimitSeconds.normal,
    outputBytes: wish.outputBytes ?? outputBytes.normal,
  };
}

async function insertTargets(tx: Transaction, id: BatchExecutionId, targets: ExecTarget[]): Promise<void> {
  await tx.manager.query(
    `INSERT INTO batch_results (execution_id, asset_id, asset_name, place)
     SELECT $1, t.id, t.name, t.place FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS t(id, name, place)`,
    [id, targets.map((target) => target.id), targets.map((target) => target.name)],
  );
}

async function readExecution(
  source: SqlSource,
  owner: Owner,
  id: BatchExecutionId,
): Promise<BatchExecutionRow> {
  const rows = await source.query(
    `SELECT ${EXECUTION_COLUMNS} FROM batch_executions WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2)`,
    [id, owner],
  );
  const [found] = z.array(executionRow).parse(rows);
  if (!found) throw new NotFound('batch execution');
  return found;
}

function record(
  tx: Transaction,
  action: string,
  id: BatchExecutionId,
  systemUsername: string,
  assetCount: number,
): Promise<void> {
  const subjectName = `${systemUsername}: ${assetCount} assets`;
  return tx.record({ action, subjectType: 'batch-execution', subjectId: id, subjectName });
}
