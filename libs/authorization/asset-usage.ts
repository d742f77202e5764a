import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { selectedAssets, type AssetSelection } from '#libs/inventory';
import { NotFound, type AdminAccountId, type AssetGroupId, type DataCenterId } from '#libs/kernel';

/** How many there are, and the first of them by name. */
export interface NamedFew {
  count: number;
  names: string[];
}

/** What hangs on something, as people should know before they delete it. */
export interface Usage {
  /** The assets themselves, the members of a group, those in a data center, those that name an admin account. */
  assets: NamedFew;
  /** Groups that hold the assets; of a group, those directly below it. */
  assetGroups: NamedFew;
  /** Rules that name it: they lose it. */
  rules: NamedFew;
  /** Sessions under way on the assets: `user: systemuser@asset`. */
  onlineSessions: NamedFew;
  /** Assets that use the admin account because the default settings name it. */
  followers: number;
  isDefault: boolean;
}

const SHOWN = 10;
const fewRows = z.array(z.object({ name: z.string(), count: z.number() }));
const nothing: NamedFew = { count: 0, names: [] };
const unused: Usage = {
  ...{ assets: nothing, assetGroups: nothing, rules: nothing, onlineSessions: nothing },
  ...{ followers: 0, isDefault: false },
};

const ONLINE = `SELECT s.username || ': ' || s.system_username || '@' || s.asset_name AS name FROM sessions s
  WHERE s.ended_at IS NULL AND s.asset_id`;

/** Says what uses the things of the inventory. */
export class AssetUsage {
  constructor(private readonly dataSource: DataSource) {}

  /** Of assets. @throws ValidationFailed: one of them doesn't exist */
  async ofAssets(selection: AssetSelection): Promise<Usage> {
    const ids = await selectedAssets(this.dataSource.manager, selection);
    const [assets, assetGroups, rules, onlineSessions] = await Promise.all([
      this.few('SELECT a.name FROM assets a WHERE a.id = ANY($1)', ids),
      this.few(
        `SELECT g.name FROM asset_groups g WHERE EXISTS (
           SELECT FROM asset_group_members m WHERE m.group_id = g.id AND m.asset_id = ANY($1))`,
        ids,
      ),
      this.few(
        `SELECT r.name FROM authorization_rules r WHERE EXISTS (
           SELECT FROM rule_assets ra WHERE ra.rule_id = r.id AND ra.asset_id = ANY($1))`,
        ids,
      ),
      this.few(`${ONLINE} = ANY($1)`, ids),
    ]);
    return { ...unused, assets, assetGroups, rules, onlineSessions };
  }

  /** Of an asset group: its own members, not those of groups below it. @throws NotFound */
  async ofGroup(id: AssetGroupId): Promise<Usage> {
    await this.require('asset_groups', id, 'asset group');
    const members = 'SELECT m.asset_id FROM asset_group_members m WHERE m.group_id = $1';
    const [assets, assetGroups, rules, onlineSessions] = await Promise.all([
      this.few(`SELECT a.name FROM assets a WHERE a.id IN (${members})`, id),
      this.few('SELECT g.name FROM asset_groups g WHERE g.parent_id = $1', id),
      this.few(
        `SELECT r.name FROM authorization_rules r WHERE EXISTS (
           SELECT FROM rule_asset_groups rg WHERE rg.rule_id = r.id AND rg.asset_group_id = $1)`,
        id,
      ),
      this.few(`${ONLINE} IN (${members})`, id),
    ]);
    return { ...unused, assets, assetGroups, rules, onlineSessions };
  }

  /** @throws NotFound */
  async ofDataCenter(id: DataCenterId): Promise<Usage> {
    await this.require('data_centers', id, 'data center');
    const assets = await this.few('SELECT a.name FROM assets a WHERE a.data_center_id = $1', id);
    return { ...unused, assets };
  }

  /** @throws NotFound */
  async ofAdminAccount(id: AdminAccountId): Promise<Usage> {
    await this.require('admin_accounts', id, 'admin account');
    const assets = await this.few('SELECT a.name FROM assets a WHERE a.admin_account_id = $1', id);
    const followers: unknown = await this.dataSource.query(
      `SELECT (SELECT count(*) FROM assets a WHERE a.admin_account_id IS NULL)::int AS followers FROM settings d
       WHERE d.key = 'defaults' AND d.value->>'adminAccountId' = $1`,
      [id],
    );
    const [byDefault] = z.array(z.object({ followers: z.number() })).parse(followers);
    return { ...unused, assets, followers: byDefault?.followers ?? 0, isDefault: byDefault !== undefined };
  }

  private async few(names: string, parameter: unknown): Promise<NamedFew> {
    const rows = fewRows.parse(
      await this.dataSource.query(
        `SELECT n.name, count(*) OVER ()::int AS count FROM (${names}) n ORDER BY n.name LIMIT ${SHOWN}`,
        [parameter],
      ),
    );
    return { count: rows[0]?.count ?? 0, names: rows.map((row) => row.name) };
  }

  private async require(table: string, id: string, what: string): Promise<void> {
    const rows: unknown = await this.dataSource.query(`SELECT FROM ${table} t WHERE t.id = $1`, [id]);
    if (z.array(z.unknown()).parse(rows).length === 0) throw new NotFound(what);
  }
}
