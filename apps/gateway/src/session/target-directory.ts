import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Grant } from '#libs/authorization';
import { tell } from '#libs/contracts';
import { preparedAs } from '#libs/database';
import { asId, Gathered, type AssetId, type SystemUserId } from '#libs/kernel';
import type { CredentialVault } from '#libs/vault';
import { ConnectFailure } from './connect-failure.js';

/** Where a granted session goes and as whom. */
export interface SealedTarget {
  assetName: string;
  address: string;
  port: number;
  systemUserId: SystemUserId;
  username: string;
  /** Pinned host keys; only these are accepted. */
  hostKeys: { type: string; blob: string }[];
  sealedPassword: string | null;
  sealedPrivateKey: string | null;
}

/** The same with what it logs in by. Lives as long as the connection is made. */
export interface Target extends SealedTarget {
  password: string | null;
  privateKey: string | null;
}

/** A secret that was replaced is used on until the new one was pushed to the asset. */
const inForce = (kind: 'key' | 'password', column: string): string => `
  coalesce((SELECT f.sealed FROM push_records p JOIN former_secrets f ON f.system_user_id = p.system_user_id
              AND f.kind = '${kind}' AND f.version = p.${kind}_version
            WHERE p.system_user_id = s.id AND p.asset_id = a.id AND p.mode <> 'record-only'), s.${column})`;

const TARGET = preparedAs(
  'targets',
  `
  SELECT asked.position::int, a.name AS "assetName", a.address, s.id AS "systemUserId", s.username, ${inForce('password', 'sealed_password')} AS "sealedPassword",
         ${inForce('key', 'sealed_private_key')} AS "sealedPrivateKey",
         coalesce(a.port, (SELECT (d.value->>'port')::int FROM settings d WHERE d.key = 'defaults'), 22) AS port,
         coalesce((SELECT json_agg(json_build_object('type', k.type, 'blob', k.blob))
                   FROM asset_host_keys k WHERE k.asset_id = a.id), '[]'::json) AS "hostKeys"
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS asked (asset_id, system_user_id, position)
  JOIN assets a ON a.id = asked.asset_id JOIN system_users s ON s.id = asked.system_user_id`,
);

const targetRows = z.array(
  z.object({
    position: z.number(),
    assetName: z.string(),
    address: z.string(),
    port: z.number(),
    systemUserId: z.string().transform(asId<SystemUserId>),
    username: z.string(),
    sealedPassword: z.string().nullable(),
    sealedPrivateKey: z.string().nullable(),
    hostKeys: z.array(z.object({ type: z.string(), blob: z.string() })),
  }),
);

/** Which asset, as which system user. */
interface Pair {
  assetId: AssetId;
  systemUserId: SystemUserId;
}

/** Finds the way to what a grant names, and opens its secrets. */
export class TargetDirectory {
  private readonly gathered = new Gathered((pairs: Pair[]) => this.locateAll(pairs));

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: CredentialVault,
  ) {}

  /**
   * Where it goes, by one statement, which those asked for in the same moment share.
   * @throws ConnectFailure when the asset is gone or no host key of it is pinned.
   */
  async locate(grant: Grant): Promise<SealedTarget> {
    const { assetId, systemUserId } = grant.terms;
    const target = await this.gathered.ask({ assetId, systemUserId });
    if (!target) throw new ConnectFailure('resolve', tell('asset-deleted'));
    const { assetName: asset } = target;
    if (target.hostKeys.length === 0) {
      const message = `No host key of ${asset} is pinned yet, so it can't be told from an impostor. An administrator must pin it.`;
      throw new ConnectFailure('host-key', { message, code: 'no-pinned-key', params: { asset } });
    }
    return target;
  }

  /**
   * Opens its secrets.
   * @throws ConnectFailure when there is nothing to log in with; the vault's error.
   */
  async open(target: SealedTarget): Promise<Target> {
    const { systemUserId, sealedPassword, sealedPrivateKey, username } = target;
    const place = { table: 'system_users', rowId: systemUserId } as const;
    const [password, privateKey] = await Promise.all([
      sealedPassword && this.vault.open({ ...place, column: 'password' }, sealedPassword),
      sealedPrivateKey && this.vault.open({ ...place, column: 'private_key' }, sealedPrivateKey),
    ]);
    if (!password && !privateKey) {
      throw new ConnectFailure(
        'login',
        `The system user ${username} has neither a key nor a password stored.`,
        { word: 'no-secret' },
      );
    }
    return { ...target, password: password || null, privateKey: privateKey || null };
  }

  private async locateAll(pairs: Pair[]): Promise<(SealedTarget | null)[]> {
    const columns = [pairs.map(({ assetId }) => assetId), pairs.map(({ systemUserId }) => systemUserId)];
    const rows = targetRows.parse(await this.dataSource.query(TARGET, columns));
    const found = new Map(rows.map(({ position, ...target }) => [position, target]));
    return pairs.map((_, index) => found.get(index + 1) ?? null);
  }
}
