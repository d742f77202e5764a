import type { AssetGroupBranchView } from '../api/models/asset-group-branch-view';

/** A group as a line of the tree. */
export interface TreeLine {
  readonly id: string;
  readonly name: string;
  /** 0: a top group. */
  readonly depth: number;
  /** Its own assets. */
  readonly memberCount: number;
  /** These and those of the groups below it. */
  readonly assetCount: number;
  readonly hasBelow: boolean;
  readonly open: boolean;
}

/** The lines of the tree from the top: what is below a closed group is left out, but a search opens all ways to its hits. */
export function treeLines(
  groups: readonly AssetGroupBranchView[],
  closed: ReadonlySet<string>,
  q: string,
): TreeLine[] {
  const below = childrenOf(groups);
  const hits = q ? waysToHits(groups, q.toLowerCase()) : null;
  const lines: TreeLine[] = [];
  const walk = (parentId: string | null, depth: number): void => {
    for (const { id, name, memberCount, assetCount } of below.get(parentId) ?? []) {
      if (hits && !hits.has(id)) continue;
      const hasBelow = below.has(id);
      const open = hasBelow && (hits !== null || !closed.has(id));
      lines.push({ id, name, depth, memberCount, assetCount, hasBelow, open });
      if (open) walk(id, depth + 1);
    }
  };
  walk(null, 0);
  return lines;
}

/** The groups below which a group may be moved, each with its way from the top; not below itself. */
export function possibleParents(
  groups: readonly AssetGroupBranchView[],
  moved: string | undefined,
): { id: string; name: string }[] {
  const below = childrenOf(groups);
  const found: { id: string; name: string }[] = [];
  const walk = (parentId: string | null, way: string): void => {
    for (const { id, name } of below.get(parentId) ?? []) {
      if (id === moved) continue;
      const whole = way ? `${way} / ${name}` : name;
      found.push({ id, name: whole });
      walk(id, whole);
    }
  };
  walk(null, '');
  return found;
}

function childrenOf(
  groups: readonly AssetGroupBranchView[],
): ReadonlyMap<string | null, readonly AssetGroupBranchView[]> {
  const below = new Map<string | null, AssetGroupBranchView[]>();
  for (const group of groups) {
    const siblings = below.get(group.parentId);
    if (siblings) siblings.push(group);
    else below.set(group.parentId, [group]);
  }
  return below;
}

/** The groups whose name holds the text, and all above them. */
function waysToHits(groups: readonly AssetGroupBranchView[], text: string): ReadonlySet<string> {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const shown = new Set<string>();
  for (const group of groups) {
    if (!group.name.toLowerCase().includes(text)) continue;
    for (let at: AssetGroupBranchView | undefined = group; at && !shown.has(at.id);) {
      shown.add(at.id);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
  }
  return shown;
}
