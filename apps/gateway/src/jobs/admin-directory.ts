import { tell } from '#libs/contracts';
import type { AssetCatalog } from '#libs/inventory';
import type { AssetId } from '#libs/kernel';
import type { CredentialVault } from '#libs/vault';
import { ConnectFailure } from '../session/connect-failure.js';

/** Where an asset is reached and how its admin account logs in there. Keep it only while you connect. */
export interface AdminTarget {
  assetName: string;
  /** Whether people may connect to it. */
  active: boolean;
  address: string;
  port: number;
  /** Pinned host keys; only these are accepted. */
  hostKeys: { type: string; blob: string }[];
  username: string;
  password: string | null;
  privateKey: string | null;
}

/** Finds the way to an asset's admin account, its own or the default one, and opens its secrets. */
export class AdminDirectory {
  constructor(
    private readonly catalog: AssetCatalog,
    private readonly vault: CredentialVault,
  ) {}

  /** @throws ConnectFailure: the asset is gone, no host key is pinned, there is no admin account. */
  async find(assetId: AssetId): Promise<AdminTarget> {
    const [endpoint, sealed] = await Promise.all([
      this.catalog.endpointOf(assetId),
      this.catalog.adminAccountFor(assetId),
    ]);
    if (!endpoint) throw new ConnectFailure('resolve', tell('asset-deleted'));
    const { asset, port, hostKeys } = endpoint;
    if (!sealed) {
      throw new ConnectFailure('login', tell('no-admin-account'));
    }
    const place = { table: 'admin_accounts', rowId: sealed.id } as const;
    const [password, privateKey] = await Promise.all([
      sealed.sealedPassword && this.vault.open({ ...place, column: 'password' }, sealed.sealedPassword),
      sealed.sealedPrivateKey &&
        this.vault.open({ ...place, column: 'private_key' }, sealed.sealedPrivateKey),
    ]);
    return {
      assetName: asset.name,
      active: asset.active,
      address: asset.address,
      port,
      hostKeys,
      username: sealed.username,
      password: password || null,
      privateKey: privateKey || null,
    };
  }
}
