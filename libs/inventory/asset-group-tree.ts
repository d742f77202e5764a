import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  Asset,
  AssetGroup,
  AssetGroupMember,
  changedFields,
  matches,
  orderBy,
  readPage,
  replaceLinks,
  requireKnown,
  searchText,
  sortFields,
  type LinkChange,
  type Page,
  type PageRequest,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  asId,
  InUse,
  newId,
  NotFound,
  Unavailable,
  ValidationFailed,
  type Actor,
  type AssetGroupId,
  type AssetId,
} from '#libs/kernel';
import { groupsBelow } from './asset-rows.js';
import { lockAssets, loggingChanges } from './change-log.js';

/** A new asset group. */
export interface AssetGroupDraft {
  name: string;
  /** null or absent: a top group. */
  parentId?: AssetGroupId | null | undefined;
  comment?: string | undefined;
  /** Its own members, not those of groups below it. */
  assetIds?: AssetId[] | undefined;
}

/** What is given changes; `assetIds` replaces the members. */
export type AssetGroupChange = { [K in keyof AssetGroupDraft]?: AssetGroupDraft[K] | undefined };

/** Which groups a list shows. */
export interface AssetGroupFilter extends PageRequest {
  /** Directly below this group. */
  parentId?: AssetGroupId | undefined;
  /** With this asset as their own member. */
  assetId?: AssetId | undefined;
}

const groupRow = z.object({
  id: z.string().transform(asId<AssetGroupId>),
  name: z.string(),
  parentId: z
    .string()
    .transform(asId<AssetGroupId>)
    .nullable(),
  comment: z.string(),
  assetIds: z.array(z.string().transform(asId<AssetId>)),
  createdAt: z.date(),
});

/** An asset group as people see it. */
export type AssetGroupRow = z.infer<typeof groupRow>;

const COLUMNS = `g.id, g.name, g.parent_id AS "parentId", g.comment, g.created_at AS "createdAt",
  ARRAY(SELECT m.asset_id FROM asset_group_members m WHERE m.group_id = g.id ORDER BY m.asset_id) AS "assetIds"`;
const SORTS = { name: 'g.name', createdAt: 'g.created_at' };

/** Fields by which the list sorts. */
export const ASSET_GROUP_SORTS = sortFields(SORTS);

const MEMBERS = { table: 'asset_group_members', owner: 'group_id', member: 'asset_id' };
const noChange: LinkChange = { added: [], removed: [] };
/** Times that a change of members begins, before it gives way to the others. */
const MOST_TRIES = 10;
const foundRows = z.array(z.object({ id: z.string(), name: z.string(), count: z.number() }));

const branchRow = groupRow
  .pick({ id: true, name: true, parentId: true })
  .extend({ memberCount: z.number(), assetCount: z.number() });

/** A group as the tree shows it. */
export type AssetGroupBranch = z.infer<typeof branchRow>;

/** Only groups that have others below them are counted by what stands there; an asset in several of those counts once. */
const OUTLINE = `WITH RECURSIVE within (group_id, over) AS (
    SELECT parent_id, parent_id FROM asset_groups WHERE parent_id IS NOT NULL
    UNION SELECT g.id, w.over FROM within w JOIN asset_groups g ON g.parent_id = w.group_id
  ), own AS (
    SELECT group_id, count(*)::int AS count FROM asset_group_members GROUP BY group_id
  ), whole AS (
    SELECT over AS group_id, count(*)::int AS count FROM (
      SELECT DISTINCT w.over, m.asset_id FROM within w JOIN asset_group_members m ON m.group_id = w.group_id
    ) held GROUP BY over
  )
  SELECT g.id, g.name, g.parent_id AS "parentId", coalesce(own.count, 0) AS "memberCount",
    coalesce(whole.count, own.count, 0) AS "assetCount"
  FROM asset_groups g LEFT JOIN own ON own.group_id = g.id LEFT JOIN whole ON whole.group_id = g.id
  ORDER BY g.name, g.id`;

/** The asset groups, which nest. */
export class AssetGroupTree {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page; `q` is looked for in name and comment. */
  list(filter: AssetGroupFilter): Promise<Page<AssetGroupRow>> {
    const conditions = [
      matches('$1', 'g.name', 'g.comment'),
      '($2::uuid IS NULL OR g.parent_id = $2)',
      '($3::uuid IS NULL OR EXISTS (SELECT FROM asset_group_members m WHERE m.group_id = g.id AND m.asset_id = $3))',
    ];
    const sql = {
      columns: COLUMNS,
      from: `asset_groups g WHERE ${conditions.join(' AND ')}`,
      order: orderBy(filter.sort, SORTS, 'name', 'g.id'),
      row: 'g',
    };
    const parameters = [searchText(filter.q), filter.parentId ?? null, filter.assetId ?? null];
    return readPage(this.dataSource, groupRow, sql, parameters, filter);
  }

  /** All groups by name, each with the one above it, and how many assets it holds, itself and with those below it. */
  async outline(): Promise<AssetGroupBranch[]> {
    return branchRow.array().parse(await this.dataSource.query(OUTLINE));
  }

  /** @throws NotFound */
  get(id: AssetGroupId): Promise<AssetGroupRow> {
    return readGroup(this.dataSource, id);
  }

  /** @throws ValidationFailed: no such parent or asset. */
  create(actor: Actor, draft: AssetGroupDraft): Promise<AssetGroupRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      await checkReferences(tx, draft);
      const id = newId<AssetGroupId>();
      const { name, parentId = null, comment = '', assetIds = [] } = draft;
      await tx.of(AssetGroup).insert({ id, name, parentId, comment });
      const { result } = await loggingChanges(tx, assetIds, 'hand', () =>
        replaceLinks(tx.manager, MEMBERS, id, assetIds),
      );
      const { added } = result;
      await record(
        tx,
        'asset-group.create',
        { id, name },
        { after: { name, parentId, comment, assetIds: added } },
      );
      await tx.notify('access.changed', { reason: 'asset-group.create' });
      return readGroup(tx.manager, id);
    });
  }

  /** @throws NotFound, ValidationFailed: no such parent or asset, or the group would be below itself. */
  update(actor: Actor, id: AssetGroupId, change: AssetGroupChange): Promise<AssetGroupRow> {
    const { name, parentId, comment, assetIds } = change;
    return this.holding(actor, id, change, async (tx, before, oldMembers) => {
      await checkReferences(tx, change);
      if (parentId) await refuseCycle(tx, id, parentId);
      const fields = { name, parentId, comment };
      if (Object.values(fields).some((value) => value !== undefined))
        await tx.of(AssetGroup).update(id, fields);
      const members = assetIds ? await replaceMembers(tx, id, oldMembers, assetIds) : noChange;
      const view = await readGroup(tx.manager, id);
      await recordUpdate(tx, before, view, members);
      return view;
    });
  }

  /** Its assets stay. @throws NotFound, InUse while groups are below it. */
  remove(actor: Actor, id: AssetGroupId): Promise<void> {
    return this.holding(actor, id, { assetIds: [] }, async (tx, group, members) => {
      await refuseWithGroupsBelow(tx, id, group.name);
      await loggingChanges(tx, members, 'hand', () => tx.of(AssetGroup).delete(id));
      const { name, parentId, comment } = group;
      await record(tx, 'asset-group.delete', { id, name }, { before: { name, parentId, comment } });
      await tx.notify('access.changed', { reason: 'asset-group.delete' });
    });
  }

  /**
   * Works on a group that nobody else changes. When members may change, all of them are locked first and then the
   * group, as an edit of an asset does it; from then on nobody can join. Who joined while that waited has no lock
   * yet, and the change would leave no record of them: then all begins again.
   */
  private async holding<T>(
    actor: Actor,
    id: AssetGroupId,
    { parentId, assetIds }: AssetGroupChange,
    work: (tx: Transaction, group: AssetGroup, members: AssetId[]) => Promise<T>,
  ): Promise<T> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const done = await this.unitOfWork.run(actor, async (tx) => {
        if (parentId) await waitForOtherMoves(tx);
        if (!assetIds) return { result: await work(tx, await lockGroup(tx, id, 'for_no_key_update'), []) };
        const locked = new Set([...(await membersOf(tx, id)), ...assetIds]);
        await lockAssets(tx, [...locked]);
        const group = await lockGroup(tx, id, 'pessimistic_write');
        const members = await membersOf(tx, id);
        if (!members.every((member) => locked.has(member))) return null;
        return { result: await work(tx, group, members) };
      });
      if (done) return done.result;
    }
    throw new Unavailable('Others are changing the members of this group all the time; try again.');
  }
}

async function readGroup(source: SqlSource, id: AssetGroupId): Promise<AssetGroupRow> {
  const rows = await source.query(`SELECT ${COLUMNS} FROM asset_groups g WHERE g.id = $1`, [id]);
  const [view] = groupRow.array().parse(rows);
  if (!view) throw new NotFound('asset group');
  return view;
}

async function lockGroup(
  tx: Transaction,
  id: AssetGroupId,
  mode: 'for_no_key_update' | 'pessimistic_write',
): Promise<AssetGroup> {
  const group = await tx.of(AssetGroup).findOne({ where: { id }, lock: { mode } });
  if (!group) throw new NotFound('asset group');
  return group;
}

async function checkReferences(
  tx: Transaction,
  { parentId, assetIds = [] }: AssetGroupChange,
): Promise<void> {
  await requireKnown(tx.manager, AssetGroup, parentId ? [parentId] : [], 'parentId', 'asset group');
  await requireKnown(tx.manager, Asset, assetIds, 'assetIds', 'asset');
}

/** Key of the advisory lock that every move of a group takes. */
const MOVE_LOCK = 0x6761_7467;

/** Two moves at once could close a circle that neither of them sees. */
async function waitForOtherMoves(tx: Transaction): Promise<void> {
  await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [MOVE_LOCK]);
}

async function refuseCycle(tx: Transaction, id: AssetGroupId, parentId: AssetGroupId): Promise<void> {
  const rows: unknown = await tx.manager.query(`${groupsBelow('$1')} SELECT id FROM below WHERE id = $2`, [
    [id],
    parentId,
  ]);
  if (z.array(z.unknown()).parse(rows).length === 0) return;
  const message = 'A group can not be below itself or one of the groups below it.';
  throw ValidationFailed.field('parentId', 'cycle', message);
}

async function refuseWithGroupsBelow(tx: Transaction, id: AssetGroupId, name: string): Promise<void> {
  const rows: unknown = await tx.manager.query(
    `SELECT g.id, g.name, count(*) OVER ()::int AS count FROM asset_groups g WHERE g.parent_id = $1 ORDER BY g.name LIMIT 10`,
    [id],
  );
  const below = foundRows.parse(rows);
  if (below.length === 0) return;
  const usedBy = below.map((group) => ({ type: 'asset-group', id: group.id, name: group.name }));
  throw new InUse(`Asset group ${name}`, usedBy, below[0]?.count);
}

async function membersOf(tx: Transaction, id: AssetGroupId): Promise<AssetId[]> {
  const members = await tx.of(AssetGroupMember).findBy({ groupId: id });
  return members.map(({ assetId }) => assetId);
}

/** Only assets that come or go are looked at: a group may hold thousands. */
async function replaceMembers(
  tx: Transaction,
  id: AssetGroupId,
  oldIds: readonly AssetId[],
  assetIds: AssetId[],
): Promise<LinkChange> {
  const old = new Set(oldIds);
  const wanted = new Set(assetIds);
  const moved = [
    ...assetIds.filter((asset) => !old.has(asset)),
    ...[...old].filter((asset) => !wanted.has(asset)),
  ];
  const { result } = await loggingChanges(tx, moved, 'hand', () =>
    replaceLinks(tx.manager, MEMBERS, id, assetIds),
  );
  return result;
}

/** Members go into the log as what came and went: a group may hold thousands. */
async function recordUpdate(
  tx: Transaction,
  before: AssetGroup,
  after: AssetGroupRow,
  members: LinkChange,
): Promise<void> {
  const facts = ({ name, parentId, comment }: AssetGroup | AssetGroupRow): Record<string, unknown> => ({
    name,
    parentId,
    comment,
  });
  const changes = changedFields(
    { ...facts(before), assetIdsRemoved: members.removed, assetIdsAdded: [] },
    { ...facts(after), assetIdsRemoved: [], assetIdsAdded: members.added },
  );
  if (!changes) return;
  await record(tx, 'asset-group.update', after, changes);
  await tx.notify('access.changed', { reason: 'asset-group.update' });
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: { id: AssetGroupId; name: string },
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'asset-group', subjectId: id, subjectName: name, ...states });
}
