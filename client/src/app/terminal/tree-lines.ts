import type { MyAssetGroups } from '../api/models/my-asset-groups';
import type { MyAssetGroupView } from '../api/models/my-asset-group-view';
import type { MyAssetView } from '../api/models/my-asset-view';
import { type Way, waysOf } from '../workplace/reachable';

/** Stands for a group: what is in no group. */
export const UNGROUPED = 'ungrouped';

/** What has come of a group's own assets. */
export interface HeldAssets {
  readonly assets: readonly MyAssetView[];
  readonly total: number;
  readonly pages: number;
  readonly state: 'loading' | 'failed' | 'here';
}

/** One line of the tree of my assets. */
export interface TreeLine {
  /** An asset stands in each of its groups: its id alone would not tell its lines apart. */
  readonly id: string;
  readonly kind: 'group' | 'asset' | 'way' | 'more';
  readonly name: string;
  /** 1: at the top. */
  readonly level: number;
  /** Which of its siblings it is, from 1, and how many there are, also of those that have not come yet. */
  readonly position: number;
  readonly siblings: number;
  /** undefined: it can't be opened. */
  readonly open: boolean | undefined;
  readonly groupId: string;
  /** Of a group: my assets in it and below it. */
  readonly count?: number;
  readonly asset?: MyAssetView;
  /** What a terminal opens to. */
  readonly way?: Way;
  readonly state?: HeldAssets['state'];
}

/** The lines of the tree from the top; what is below something closed is left out. */
export function treeLines(
  outline: MyAssetGroups,
  held: ReadonlyMap<string, HeldAssets>,
  opened: ReadonlySet<string>,
): readonly TreeLine[] {
  const below = Map.groupBy(outline.groups, ({ parentId }) => parentId);
  const lines: TreeLine[] = [];
  const within = (groupId: string, groups: readonly MyAssetGroupView[], own: number, level: number): void => {
    const here = held.get(groupId);
    const known = here?.assets ?? [];
    const total = here?.pages ? here.total : own;
    const siblings = groups.length + Math.max(total, known.length);
    groups.forEach((group, at) => addGroup(group, { level, position: at + 1, siblings }));
    known.forEach((asset, at) =>
      lines.push(
        ...assetLines(asset, groupId, opened, { level, position: groups.length + at + 1, siblings }),
      ),
    );
    const state = here?.state ?? 'here';
    if (state !== 'here' || (here ? hasMore(here) : own > 0)) {
      const position = groups.length + known.length + 1;
      lines.push({ ...moreLine(groupId, state), level, position, siblings: Math.max(siblings, position) });
    }
  };
  const addGroup = (group: MyAssetGroupView, place: Place): void => {
    const { id, name, assets: count, ownAssets } = group;
    const open = opened.has(id);
    lines.push({ id, kind: 'group', name, open, groupId: id, count, ...place });
    if (open) within(id, below.get(id) ?? [], ownAssets, place.level + 1);
  };
  const tops = below.get(null) ?? [];
  const siblings = tops.length + (outline.ungrouped > 0 ? 1 : 0);
  tops.forEach((group, at) => addGroup(group, { level: 1, position: at + 1, siblings }));
  if (outline.ungrouped > 0) {
    const rest = { id: UNGROUPED, name: '', parentId: null, assets: outline.ungrouped };
    addGroup({ ...rest, ownAssets: outline.ungrouped }, { level: 1, position: siblings, siblings });
  }
  return lines;
}

/** Whether there are more of them than have come. */
function hasMore({ pages, total }: HeldAssets): boolean {
  return pages * TREE_PAGE < total;
}

/** How many of a group's assets come at once. */
export const TREE_PAGE = 100;

type Place = Pick<TreeLine, 'level' | 'position' | 'siblings'>;

/** An asset with several system users opens to them; with one, to its terminal. */
function assetLines(
  asset: MyAssetView,
  groupId: string,
  opened: ReadonlySet<string>,
  place: Place,
): readonly TreeLine[] {
  const ways = waysOf([asset]);
  const id = `${groupId}/${asset.id}`;
  const [way] = ways;
  const line = { id, kind: 'asset' as const, name: asset.name, groupId, asset, ...place };
  if (way && ways.length === 1) return [{ ...line, open: undefined, way }];
  const open = opened.has(id);
  if (!open) return [{ ...line, open }];
  const users = ways.map((each, at): TreeLine => ({
    id: `${id}/${each.target.systemUserId}`,
    kind: 'way',
    name: asset.systemUsers[at]?.username ?? '',
    open: undefined,
    groupId,
    way: each,
    level: place.level + 1,
    position: at + 1,
    siblings: ways.length,
  }));
  return [{ ...line, open }, ...users];
}

function moreLine(
  groupId: string,
  state: HeldAssets['state'],
): Omit<TreeLine, 'level' | 'position' | 'siblings'> {
  return { id: `${groupId}/more`, kind: 'more', name: '', open: undefined, groupId, state };
}
