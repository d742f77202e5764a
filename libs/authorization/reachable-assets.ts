import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { ASSET_ENVIRONMENTS, type AssetEnvironment } from '#libs/contracts';
import {
  asId,
  type AssetGroupId,
  type AssetId,
  type Clock,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { selectCount, selectGroups, selectPage, type ReachableQuery, type Who } from './reachable-sql.js';

/** An asset that a user may reach, with the system users as whom. */
export interface ReachableAsset {
  id: AssetId;
  name: string;
  address: string;
  /** Own port, or that of the default settings. */
  port: number;
  comment: string;
  /** null: not said. */
  environment: AssetEnvironment | null;
  systemUsers: { id: SystemUserId; username: string }[];
  /** Whether the user keeps it at hand. */
  favourite: boolean;
  /** When the user last began a session there; null: never. */
  lastUsedAt: Date | null;
}

const groupId = z.string().transform(asId<AssetGroupId>);
const groupRow = z.object({
  id: groupId,
  name: z.string(),
  parentId: groupId.nullable(),
  assets: z.number(),
  ownAssets: z.number(),
});
const groupRows = z.array(z.union([groupRow, groupRow.extend({ id: z.null(), name: z.null() })]));

/**
 * An asset group that holds assets which a user may reach, itself or in a group below it: how many, and how many are
 * members of its own.
 */
export type ReachableGroup = z.infer<typeof groupRow>;

/** The groups by name, and how many of the assets are in none. */
export interface ReachableGroups {
  groups: ReachableGroup[];
  ungrouped: number;
}

const pageRows = z.array(
  z.object({
    id: z.string().transform(asId<AssetId>),
    name: z.string(),
    address: z.string(),
    comment: z.string(),
    environment: z.enum(ASSET_ENVIRONMENTS).nullable(),
    port: z.number(),
    systemUsers: z.array(z.object({ id: z.string().transform(asId<SystemUserId>), username: z.string() })),
    favourite: z.boolean(),
    lastUsedAt: z.date().nullable(),
    total: z.number(),
  }),
);

const countRow = z.tuple([z.object({ total: z.number() })]);

/** What a user may reach: the menu's and the console's list. */
export class ReachableAssets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** One page, and how many there are in all. */
  async list(userId: UserId, query: ReachableQuery): Promise<{ items: ReachableAsset[]; total: number }> {
    const who = { userId, now: this.clock.now() };
    const rows = pageRows.parse(await this.dataSource.query(...selectPage(who, query)));
    const items = rows.map(({ total: _total, ...asset }) => asset);
    const total = rows[0]?.total ?? (query.offset === 0 ? 0 : await this.count(who, query));
    return { items, total };
  }

  /** The asset groups that hold any of them. */
  async groups(userId: UserId): Promise<ReachableGroups> {
    const rows = groupRows.parse(
      await this.dataSource.query(...selectGroups({ userId, now: this.clock.now() })),
    );
    return {
      groups: rows.filter((row) => row.id !== null),
      ungrouped: rows.find((row) => row.id === null)?.assets ?? 0,
    };
  }

  /** A page beyond the end has no row that could carry the total. */
  private async count(who: Who, query: ReachableQuery): Promise<number> {
    return countRow.parse(await this.dataSource.query(...selectCount(who, query)))[0].total;
  }
}
