import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { DriftFinding } from '#libs/contracts';
import { asId, type AssetId, type PushId, type SystemUserId } from '#libs/kernel';
import { pushedThings } from './drift-rows.js';

const pushedHere = z.object({
  recordId: z.string(),
  pushId: z.string().transform(asId<PushId>),
  systemUserId: z.string().transform(asId<SystemUserId>),
  username: z.string(),
  /** Whether the account was there before the first push: then only what pushes add is compared. */
  accountExisted: z.boolean().nullable(),
  accountUid: z.string().nullable(),
  pushed: pushedThings,
  /** null: no key was pushed. */
  publicKey: z.string().nullable(),
  /** The password that was pushed, sealed; null: none was, or it is not kept any more. */
  sealedPassword: z.string().nullable(),
});

/** A system user that a push brought to an asset, and what it brought. */
export type PushedHere = z.infer<typeof pushedHere>;

/** What gateways read before they look for drift on an asset, and write down after it (FEATURES P15). */
export class DriftLedger {
  constructor(private readonly dataSource: DataSource) {}

  /** What was pushed to the asset, by user name; only of these system users, or of all (null). */
  async pushedTo(assetId: AssetId, systemUserIds: readonly SystemUserId[] | null): Promise<PushedHere[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT p.id AS "recordId", p.push_id AS "pushId", s.id AS "systemUserId", s.username,
              p.account_existed AS "accountExisted", p.account_uid::text AS "accountUid", p.pushed,
              p.pushed_key AS "publicKey",
              CASE WHEN p.password_version = s.password_version THEN s.sealed_password
                ELSE (SELECT f.sealed FROM former_secrets f WHERE f.system_user_id = s.id AND f.kind = 'password'
                      AND f.version = p.password_version) END AS "sealedPassword"
       FROM push_records p JOIN system_users s ON s.id = p.system_user_id
       WHERE p.asset_id = $1 AND ${COMPARABLE} AND ($2::uuid[] IS NULL OR s.id = ANY($2)) ORDER BY s.username`,
      [assetId, systemUserIds],
    );
    return pushedHere.array().parse(rows);
  }

  /** Writes down what was found, unless it was pushed anew meanwhile. */
  async tell({ recordId, pushId }: PushedHere, findings: readonly DriftFinding[]): Promise<void> {
    const drift = findings.some(({ isNote }) => !isNote) ? 'drifted' : 'as-pushed';
    await this.dataSource.query(
      `UPDATE push_records SET drift = $3, drift_findings = $4, drift_at = now() WHERE id = $1 AND push_id = $2`,
      [recordId, pushId, drift, JSON.stringify(findings)],
    );
  }
}

/** Of push records `p`: those of which is known what was pushed. */
export const COMPARABLE = "(p.succeeded AND p.mode <> 'record-only' AND p.pushed IS NOT NULL)";
