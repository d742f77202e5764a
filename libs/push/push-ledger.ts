import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { tell, type RunEngine, type Told } from '#libs/contracts';
import { SystemUser, type PushMode, type UnitOfWork } from '#libs/database';
import {
  asId,
  Gathered,
  newId,
  systemActor,
  type AssetId,
  type PushId,
  type SystemUserId,
} from '#libs/kernel';
import { pushedOf } from './drift-rows.js';
import { removeIfNowhere, type Removal } from './system-user-removal.js';

const pushPlan = z.object({
  systemUserId: z.string().transform(asId<SystemUserId>),
  username: z.string(),
  shell: z.string(),
  home: z.string(),
  comment: z.string(),
  groups: z.array(z.string()),
  grants: z.array(z.object({ name: z.string(), commands: z.array(z.string()) })),
  publicKey: z.string().nullable(),
  sealedPassword: z.string().nullable(),
  sealedPrivateKey: z.string().nullable(),
  revision: z.number(),
  keyVersion: z.number(),
  passwordVersion: z.number(),
  /** Whether secrets that were replaced since are kept for assets that still have them. */
  hasFormer: z.boolean(),
});

/** All that a push brings to an asset, secrets sealed, as it was at one moment. */
export type PushPlan = z.infer<typeof pushPlan>;

const standing = z.object({
  succeeded: z.boolean(),
  /** Of the key and the password that it has there; null: a push brought none. */
  keyVersion: z.number().nullable(),
  passwordVersion: z.number().nullable(),
  /** Whether the account was there before the first push; null: no push has looked. */
  accountExisted: z.boolean().nullable(),
  /** Of the account that a push made. */
  accountUid: z.string().nullable(),
});

const standingRows = standing.extend({ systemUserId: z.string(), assetId: z.string() }).array();

/** Whose account on which asset. */
interface Place {
  systemUserId: SystemUserId;
  assetId: AssetId;
}

/** What earlier pushes left on an asset. */
export type Standing = z.infer<typeof standing>;

/** No push was here yet. */
export const neverPushed: Standing = {
  succeeded: false,
  keyVersion: null,
  passwordVersion: null,
  accountExisted: null,
  accountUid: null,
};

/** One push on one asset. */
export interface PushOnAsset {
  pushId: PushId;
  systemUserId: SystemUserId;
  assetId: AssetId;
  mode: PushMode;
  engine: RunEngine;
  /** Name of who asked for it. */
  requestedBy: string;
}

const sealedRows = z.array(z.object({ sealed: z.string() }));

/** What gateways read before a push and write down after it. */
export class PushLedger {
  private readonly plans = new Gathered((ids: SystemUserId[]) => this.readPlans(ids));
  private readonly standings = new Gathered((places: Place[]) => this.readStandings(places));

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** What is to be pushed now, in one statement; null: the system user is gone. */
  planFor(id: SystemUserId): Promise<PushPlan | null> {
    return this.plans.ask(id);
  }

  private async readPlans(ids: SystemUserId[]): Promise<(PushPlan | null)[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT s.id AS "systemUserId", s.username, s.shell, s.home, s.comment, s.groups, s.public_key AS "publicKey",
              s.sealed_password AS "sealedPassword", s.sealed_private_key AS "sealedPrivateKey", s.revision,
              s.key_version AS "keyVersion", s.password_version AS "passwordVersion",
              (SELECT coalesce(json_agg(json_build_object('name', a.name, 'commands', a.commands)), '[]')
               FROM system_user_sudo_aliases l JOIN sudo_aliases a ON a.id = l.sudo_alias_id
               WHERE l.system_user_id = s.id) AS grants,
              EXISTS (SELECT FROM former_secrets f WHERE f.system_user_id = s.id) AS "hasFormer"
       FROM system_users s WHERE s.id = ANY($1)`,
      [[...new Set(ids)]],
    );
    const plans = pushPlan.array().parse(rows);
    return ids.map((id) => plans.find(({ systemUserId }) => systemUserId === id) ?? null);
  }

  /** What earlier pushes of the system user left on the asset. */
  standing(systemUserId: SystemUserId, assetId: AssetId): Promise<Standing> {
    return this.standings.ask({ systemUserId, assetId });
  }

  private async readStandings(places: Place[]): Promise<Standing[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT p.system_user_id AS "systemUserId", p.asset_id AS "assetId", p.succeeded, p.key_version AS "keyVersion",
              p.password_version AS "passwordVersion", p.account_existed AS "accountExisted",
              p.account_uid::text AS "accountUid"
       FROM unnest($1::uuid[], $2::uuid[]) AS asked(system_user_id, asset_id)
       JOIN push_records p ON p.system_user_id = asked.system_user_id AND p.asset_id = asked.asset_id`,
      [places.map(({ systemUserId }) => systemUserId), places.map(({ assetId }) => assetId)],
    );
    const found = new Map(standingRows.parse(rows).map((row) => [`${row.systemUserId} ${row.assetId}`, row]));
    return places.map(({ systemUserId, assetId }) => found.get(`${systemUserId} ${assetId}`) ?? neverPushed);
  }

  /** The password of this version, sealed, when it was replaced since; null: it is not kept. */
  async formerPassword(systemUserId: SystemUserId, version: number): Promise<string | null> {
    const rows: unknown = await this.dataSource.query(
      `SELECT sealed FROM former_secrets WHERE system_user_id = $1 AND kind = 'password' AND version = $2`,
      [systemUserId, version],
    );
    return sealedRows.parse(rows)[0]?.sealed ?? null;
  }

  /** Writes down at once whether the account was there: only one that a push made may be removed later. */
  async accountFound(on: PushOnAsset, found: { existed: boolean; uid: string }): Promise<void> {
    await this.upsert(
      on,
      { ...failureOf(tell('push-not-ended')), account_existed: found.existed, account_uid: found.uid },
      'p.account_existed IS NULL OR NOT excluded.account_existed',
    );
  }

  /** The asset has the password of this version from now on. */
  async passwordSet(on: PushOnAsset, version: number | null): Promise<void> {
    await this.dataSource.query(
      'UPDATE push_records SET password_version = $3 WHERE system_user_id = $1 AND asset_id = $2',
      [on.systemUserId, on.assetId, version],
    );
  }

  /**
   * It stands there as planned. Former secrets that no asset has any more are forgotten.
   * @param home where the account's home is; absent: not known, so a drift scan doesn't compare it
   */
  async succeeded(on: PushOnAsset, plan: PushPlan, home = plan.home): Promise<void> {
    const keyed = on.mode === 'key' || on.mode === 'both';
    const passworded = on.mode === 'password' || on.mode === 'both';
    await this.upsert(on, {
      mode: on.mode,
      engine: on.engine,
      succeeded: true,
      failure: null,
      failure_told: null,
      revision: plan.revision,
      pushed: JSON.stringify(pushedOf(plan, home)),
      drift: null,
      drift_findings: '[]',
      drift_at: null,
      ...(keyed && { key_version: plan.keyVersion, pushed_key: plan.publicKey }),
      ...(passworded && { password_version: plan.passwordVersion }),
    });
    if (plan.hasFormer) await this.forgetFormer(on);
  }

  /** Why it failed; what an earlier push brought still stands. */
  async failed(on: PushOnAsset, failure: Told): Promise<void> {
    await this.upsert(on, { engine: on.engine, ...failureOf(failure) });
  }

  /**
   * It stands there no more: sessions on it end. When it was the last asset of a push that is to remove the system
   * user, that goes too: gives what became of it.
   */
  async recycled(on: PushOnAsset, username: string): Promise<Removal> {
    const { systemUserId, assetId, requestedBy } = on;
    const removed = await this.unitOfWork.run({ ...systemActor, username: requestedBy }, async (tx) => {
      // whoever takes back the last two at once waits here, so that the later one sees that nothing is left
      await tx.of(SystemUser).findOne({ where: { id: systemUserId }, lock: { mode: 'pessimistic_write' } });
      await tx.manager.query('DELETE FROM push_records WHERE system_user_id = $1 AND asset_id = $2', [
        systemUserId,
        assetId,
      ]);
      await tx.record({
        action: 'system-user.recycle',
        subjectType: 'system-user',
        subjectId: systemUserId,
        subjectName: username,
        after: { assetId },
      });
      await tx.notify('access.changed', { reason: 'recycle' });
      return removeIfNowhere(tx, on);
    });
    if (removed !== 'gone') await this.forgetFormer(on);
    return removed;
  }

  /** Inserts the record or changes these columns of it, unless system user or asset are gone meanwhile. */
  private async upsert(
    on: PushOnAsset,
    columns: Record<string, string | number | boolean | null>,
    condition = 'true',
  ): Promise<void> {
    const values = {
      mode: on.mode,
      succeeded: false,
      ...columns,
      push_id: on.pushId,
      pushed_at: new Date(),
      pushed_by: on.requestedBy,
    };
    const names = Object.keys(values);
    const kept = new Set(Object.keys(columns));
    const changed = names.filter((name) => kept.has(name) || name.startsWith('push'));
    const sets = changed.map((name) => `${name} = excluded.${name}`);
    const marks = names.map((name, index) => `$${index + 4}::${TYPES[name] ?? 'text'}`);
    await this.dataSource.query(
      `INSERT INTO push_records AS p (id, system_user_id, asset_id, ${names.join(', ')})
       SELECT $1, s.id, a.id, ${marks.join(', ')}
       FROM system_users s, assets a WHERE s.id = $2 AND a.id = $3 FOR KEY SHARE
       ON CONFLICT (system_user_id, asset_id) DO UPDATE SET ${sets.join(', ')} WHERE ${condition}`,
      [newId(), on.systemUserId, on.assetId, ...Object.values(values)],
    );
  }

  /** Not while another push may still bring such a one: it read its plan before the secret was replaced. */
  private async forgetFormer({ systemUserId, pushId, assetId }: PushOnAsset): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM former_secrets f WHERE f.system_user_id = $1
         AND NOT EXISTS (SELECT FROM push_records p WHERE p.system_user_id = f.system_user_id
           AND CASE f.kind WHEN 'key' THEN p.key_version ELSE p.password_version END = f.version)
         AND NOT EXISTS (SELECT FROM asset_runs r JOIN asset_run_items i ON i.run_id = r.id AND i.state = 'running'
           WHERE r.kind = 'push' AND r.finished_at IS NULL AND r.terms->>'systemUserId' = $1::text
             AND (i.run_id, i.asset_id) <> ($2::uuid, $3::uuid))`,
      [systemUserId, pushId, assetId],
    );
  }
}

/** Columns that say why a push failed. */
function failureOf(told: Told): { failure: string; failure_told: string } {
  return { failure: told.message, failure_told: JSON.stringify(told) };
}

const TYPES: Readonly<Record<string, string>> = {
  succeeded: 'boolean',
  failure_told: 'jsonb',
  revision: 'integer',
  key_version: 'integer',
  password_version: 'integer',
  account_existed: 'boolean',
  account_uid: 'bigint',
  pushed: 'jsonb',
  drift_findings: 'jsonb',
  drift_at: 'timestamptz',
  push_id: 'uuid',
  pushed_at: 'timestamptz',
};
