import { Component, afterNextRender, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Copy } from '../display/copy';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { flagOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { injectReaction } from '../panel/reaction';
import type { MyAssetView } from '../api/models/my-asset-view';
import type { TerminalTarget } from '../terminal/terminal-line';
import { Reachable } from './reachable';
import { TerminalWindow } from './terminal-window';

const COLUMNS: readonly Column[] = [
  { id: 'favourite', label: 'myAssets.favourite', width: '64px', fixed: true },
  { id: 'name', label: 'myAssets.name', sort: 'name', fixed: true, narrow: '190px' },
  { id: 'address', label: 'myAssets.address', narrow: '200px' },
  { id: 'environment', label: 'assetField.environment', width: '110px' },
  { id: 'systemUsers', label: 'myAssets.systemUsers', fixed: true },
  { id: 'files', label: 'myAssets.filesAs' },
  { id: 'comment', label: 'myAssets.comment', narrow: '100px' },
  { id: 'lastUsed', label: 'myAssets.lastUsed', sort: 'lastUsed', latestFirst: true, align: 'end' },
];

const FACETS: readonly Facet[] = [
  {
    field: 'favourite',
    label: 'myAssets.favourite',
    options: [
      { value: 'true', label: 'myAssets.favourites' },
      { value: 'false', label: 'myAssets.others' },
    ],
  },
];

const SORTS = ['name', 'lastUsed'] as const;

const PREFETCH_AFTER_MS = 1500;

/** What I may log in to, one click from a terminal. */
@Component({
  selector: 'gh-my-assets',
  imports: [Copy, ListCell, ListView, Icon, NzButtonComponent, RouterLink, When],
  templateUrl: './my-assets.html',
  styleUrl: './my-assets.css',
})
export class MyAssets {
  private readonly reachable = inject(Reachable);
  protected readonly window = inject(TerminalWindow);
  protected readonly t = injectWords();
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  private readonly react = injectReaction();
  protected readonly list = injectList({
    name: 'my-assets',
    sort: 'name',
    filters: ['favourite'],
    load: (query) =>
      this.reachable.list({ ...paging(query, SORTS), favourite: flagOf(query.filters['favourite']) }),
  });

  constructor() {
    // The terminal's window then finds its code in the browser's cache.
    afterNextRender(() => setTimeout(() => void import('../terminal/terminal-page'), PREFETCH_AFTER_MS));
  }

  protected async keep(asset: MyAssetView): Promise<void> {
    const kept = !asset.favourite;
    const done = this.t(kept ? 'myAssets.kept' : 'myAssets.notKept', { asset: asset.name });
    await this.react.run(() => this.reachable.keep(asset.id, kept), done);
    this.list.reload();
  }

  protected open(event: MouseEvent, target: TerminalTarget): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.window.open(target);
  }
}
