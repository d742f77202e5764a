import { Service, computed, inject, resource, signal } from '@angular/core';
import { Reachable } from '../workplace/reachable';
import { type HeldAssets, TREE_PAGE, UNGROUPED, treeLines } from './tree-lines';

const NOTHING: HeldAssets = { assets: [], total: 0, pages: 0, state: 'here' };

/**
 * My assets by their groups. One request brings all groups, and one for each group that is opened brings the first of
 * its assets; what was opened stays so for as long as the window.
 */
@Service({ autoProvided: false })
export class AssetTree {
  private readonly reachable = inject(Reachable);
  private readonly wanted = signal(false);
  private readonly outline = resource({
    params: () => this.wanted() || undefined,
    loader: () => this.reachable.groups(),
  });
  private readonly opened = signal<ReadonlySet<string>>(new Set());
  private readonly held = signal<ReadonlyMap<string, HeldAssets>>(new Map());

  readonly failure = this.outline.error;
  readonly isEmpty = computed(() => this.outline.hasValue() && this.lines().length === 0);
  readonly lines = computed(() =>
    this.outline.hasValue() ? treeLines(this.outline.value(), this.held(), this.opened()) : [],
  );

  /** Somebody looks at it now: asks which groups there are. */
  look(): void {
    if (this.wanted()) this.outline.reload();
    else this.wanted.set(true);
  }

  /** Opens a group, or an asset with several system users. */
  open(id: string): void {
    if (this.opened().has(id)) return;
    this.opened.update((before) => new Set([...before, id]));
    const own = this.ownAssetsOf(id);
    if (own > 0) void this.more(id);
  }

  /** What comes when it is opened again is new. */
  close(id: string): void {
    this.opened.update((before) => new Set([...before].filter((each) => each !== id)));
    this.held.update((before) => new Map([...before].filter(([each]) => each !== id)));
  }

  /** The next of a group's own assets. */
  async more(groupId: string): Promise<void> {
    const before = this.held().get(groupId) ?? NOTHING;
    if (before.state === 'loading') return;
    this.hold(groupId, { ...before, state: 'loading' });
    try {
      const which = groupId === UNGROUPED ? { grouped: false } : { groupId, directly: true };
      const pages = before.pages + 1;
      const { items, total } = await this.reachable.list({ ...which, page: pages, pageSize: TREE_PAGE });
      // what was added in between moves the pages: the same asset may come twice
      const known = new Set(before.assets.map(({ id }) => id));
      const assets = [...before.assets, ...items.filter(({ id }) => !known.has(id))];
      this.hold(groupId, { assets, total, pages, state: 'here' });
    } catch {
      // The line in its place says so, and tries again.
      this.hold(groupId, { ...before, state: 'failed' });
    }
  }

  private ownAssetsOf(id: string): number {
    const outline = this.outline.value();
    if (id === UNGROUPED) return outline?.ungrouped ?? 0;
    return outline?.groups.find((group) => group.id === id)?.ownAssets ?? 0;
  }

  private hold(groupId: string, held: HeldAssets): void {
    if (this.opened().has(groupId)) this.held.update((before) => new Map([...before, [groupId, held]]));
  }
}
