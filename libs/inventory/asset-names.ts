import { z } from 'zod';
import type { SqlSource } from '#libs/database';
import { asId, type AdminAccountId, type AssetGroupId, type DataCenterId } from '#libs/kernel';

const named = z.array(z.object({ id: z.string(), name: z.string() }));

/** What assets refer to, by the names that people write: groups by their path from a top group, `a/b`. */
export interface AssetNames {
  groupPaths: ReadonlyMap<AssetGroupId, string>;
  dataCenters: ReadonlyMap<DataCenterId, string>;
  adminAccounts: ReadonlyMap<AdminAccountId, string>;
  /** Of groups, the last part of the path alone. */
  groupNames: ReadonlyMap<AssetGroupId, string>;
}

/** Reads all of them: there are hundreds, where assets are thousands. */
export async function readAssetNames(source: SqlSource): Promise<AssetNames> {
  const paths = await read(
    source,
    `WITH RECURSIVE tree AS (
       SELECT g.id, g.name AS path FROM asset_groups g WHERE g.parent_id IS NULL
       UNION ALL SELECT g.id, t.path || '/' || g.name FROM tree t JOIN asset_groups g ON g.parent_id = t.id
     ) SELECT id, path AS name FROM tree`,
    asId<AssetGroupId>,
  );
  return {
    groupPaths: paths,
    groupNames: await read(source, 'SELECT id, name FROM asset_groups', asId<AssetGroupId>),
    dataCenters: await read(source, 'SELECT id, name FROM data_centers', asId<DataCenterId>),
    adminAccounts: await read(source, 'SELECT id, name FROM admin_accounts', asId<AdminAccountId>),
  };
}

async function read<T extends string>(
  source: SqlSource,
  sql: string,
  idOf: (text: string) => T,
): Promise<Map<T, string>> {
  const rows = named.parse(await source.query(sql));
  return new Map(rows.map(({ id, name }) => [idOf(id), name]));
}
