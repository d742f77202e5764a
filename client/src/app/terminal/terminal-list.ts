import { Component, computed, inject, linkedSignal, output, resource, signal } from '@angular/core';
import type { MyAssetView } from '../api/models/my-asset-view';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { Reachable, type WayChosen, waysOf } from '../workplace/reachable';
import { AssetTreeView } from './asset-tree-view';
import { EnvironmentMark } from './environment-mark';
import { TerminalSettings } from './terminal-settings';
import { TerminalTabs } from './terminal-tabs';

const TYPING_PAUSE_MS = 150;
const ASSETS_SHOWN = 200;
const RECENT_SHOWN = 8;

/** Assets that stand together in the list. */
interface Section {
  readonly id: 'favourites' | 'recent' | 'others' | 'found';
  readonly assets: readonly MyAssetView[];
}

/**
 * My assets at the left of the terminals: favourites first, then those used last, then the others; or all by their
 * groups; or what is searched for.
 */
@Component({
  selector: 'gh-terminal-list',
  imports: [AssetTreeView, EnvironmentMark, Icon],
  templateUrl: './terminal-list.html',
  styleUrl: './terminal-list.css',
  hostDirectives: [KeysGoOn],
})
export class TerminalList {
  private readonly reachable = inject(Reachable);
  private readonly settings = inject(TerminalSettings);
  protected readonly tabs = inject(TerminalTabs);
  protected readonly t = injectWords();

  readonly chosen = output<WayChosen>();
  readonly hidden = output();

  protected readonly wanted = signal('');
  private pause: ReturnType<typeof setTimeout> | undefined;
  protected readonly asTree = computed(() => this.settings.all().listShape === 'tree');
  protected readonly treeShown = computed(() => this.asTree() && this.wanted() === '');
  private readonly loaded = resource({
    params: () => (this.treeShown() ? undefined : { q: this.wanted() }),
    loader: ({ params }) => (params.q ? this.find(params.q) : this.atHand()),
  });
  /** What was there stays until the next has come. */
  private readonly shown = linkedSignal<readonly Section[] | undefined, readonly Section[]>({
    source: () => (this.loaded.hasValue() ? this.loaded.value() : undefined),
    computation: (now, before) => now ?? before?.value ?? [],
  });
  protected readonly sections = computed(() =>
    this.shown()
      .filter(({ assets }) => assets.length > 0)
      .map(({ id, assets }) => ({ id, lines: assets.map((asset) => ({ asset, ways: waysOf([asset]) })) })),
  );
  protected readonly nothing = computed(() => this.loaded.hasValue() && this.sections().length === 0);

  protected type(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.wanted.set(text.trim()), TYPING_PAUSE_MS);
  }

  protected turn(): void {
    this.settings.choose({ listShape: this.asTree() ? 'list' : 'tree' });
  }

  protected async keep({ id, favourite }: MyAssetView): Promise<void> {
    await this.reachable.keep(id, !favourite);
    this.loaded.reload();
  }

  private async find(q: string): Promise<readonly Section[]> {
    const { items } = await this.reachable.list({ q, page: 1, pageSize: ASSETS_SHOWN });
    return [{ id: 'found', assets: items }];
  }

  private async atHand(): Promise<readonly Section[]> {
    const [favourites, last, all] = await Promise.all([
      this.reachable.list({ favourite: true, page: 1, pageSize: ASSETS_SHOWN }),
      this.reachable.list({ favourite: false, sort: '-lastUsed', page: 1, pageSize: RECENT_SHOWN }),
      this.reachable.list({ favourite: false, page: 1, pageSize: ASSETS_SHOWN }),
    ]);
    const recent = last.items.filter(({ lastUsedAt }) => lastUsedAt !== null);
    const known = new Set(recent.map(({ id }) => id));
    return [
      { id: 'favourites', assets: favourites.items },
      { id: 'recent', assets: recent },
      { id: 'others', assets: all.items.filter(({ id }) => !known.has(id)) },
    ];
  }
}
