import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Grant } from '#libs/authorization';
import { tell } from '#libs/contracts';
import type { CredentialVault } from '#libs/vault';
import { ConnectFailure } from './connect-failure.js';

/** Where a granted session goes and how it logs in there. Lives as long as the connection is made. */
export interface Target {
  assetName: string;
  address: string;
  port: number;
  username: string;
  /** Pinned host keys; only these are accepted. */
  hostKeys: { type: string; blob: string }[];
  password: string | null;
  privateKey: string | null;
}

/** A secret that was replaced is used on until the new one was pushed to the asset. */
const inForce = (kind: 'key' | 'password', column: string): string => `
  coalesce((SELECT f.sealed FROM push_records p JOIN former_secrets f ON f.system_user_id = p.system_user_id
              AND f.kind = '${kind}' AND f.version = p.${kind}_version
            WHERE p.system_user_id = s.id AND p.asset_id = a.id AND p.mode <> 'record-only'), s.${column})`;

const TARGET = `
  SELECT a.name, a.address, s.username, ${inForce('password', 'sealed_password')} AS "sealedPassword",
         ${inForce('key', 'sealed_private_key')} AS "sealedPrivateKey",
         coalesce(a.port, (SELECT (d.value->>'port')::int FROM settings d WHERE d.key = 'defaults'), 22) AS port,
         coalesce((SELECT json_agg(json_build_object('type', k.type, 'blob', k.blob))
                   FROM asset_host_keys k WHERE k.asset_id = a.id), '[]'::json) AS "hostKeys"
  FROM assets a, system_users s WHERE a.id = $1 AND s.id = $2`;

const targetRows = z.array(
  z.object({
    name: z.string(),
    address: z.string(),
    port: z.number(),
    username: z.string(),
    sealedPassword: z.string().nullable(),
    sealedPrivateKey: z.string().nullable(),
    hostKeys: z.array(z.object({ type: z.string(), blob: z.string() })),
  }),
);

/** Finds the way to what a grant names, and opens its secrets. */
export class TargetDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: CredentialVault,
  ) {}

  /**
   * One statement, then the secrets.
   * @throws ConnectFailure when no host key is pinned or there is nothing to log in with.
   */
  async find(grant: Grant): Promise<Target> {
    const { assetId, systemUserId } = grant.terms;
    const [row] = targetRows.parse(await this.dataSource.query(TARGET, [assetId, systemUserId]));
    if (!row) throw new ConnectFailure('resolve', tell('asset-deleted'));
    if (row.hostKeys.length === 0) {
      const message = `No host key of ${row.name} is pinned yet, so it can't be told from an impostor. An administrator must pin it.`;
      throw new ConnectFailure('host-key', { message, code: 'no-pinned-key', params: { asset: row.name } });
    }
    const place = { table: 'system_users', rowId: systemUserId } as const;
    const [password, privateKey] = await Promise.all([
      row.sealedPassword && this.vault.open({ ...place, column: 'password' }, row.sealedPassword),
      row.sealedPrivateKey && this.vault.open({ ...place, column: 'private_key' }, row.sealedPrivateKey),
    ]);
    if (!password && !privateKey) {
      throw new ConnectFailure(
        'login',
        `The system user ${row.username} has neither a key nor a password stored.`,
        { word: 'no-secret' },
      );
    }
    const { name: assetName, address, port, username, hostKeys } = row;
    return {
      assetName,
      address,
      port,
      username,
      hostKeys,
      password: password || null,
      privateKey: privateKey || null,
    };
  }
}
