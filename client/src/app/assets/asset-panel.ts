import { Component, inject, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { injectProblemWords } from '../problem/problem-words';
import type { AssetView } from '../api/models/asset-view';
import { AssetAccess } from './asset-access';
import { AssetChanges } from './asset-changes';
import { AssetFacts } from './asset-facts';
import { AssetOverview } from './asset-overview';
import { AssetPushes } from './asset-pushes';
import { injectRemoval } from './asset-removal';
import { AssetSessions } from './asset-sessions';
import { AssetStore } from './asset-store';
import { ASSET_TABS } from './asset-tabs';
import { ConnectionCheck } from './connection-check';
import { HostKeys } from './host-keys';

/** One asset: what it is, who may log in, which host keys are accepted from it, what happened to it. */
@Component({
  selector: 'gh-asset-panel',
  imports: [
    AssetAccess,
    AssetChanges,
    AssetFacts,
    AssetOverview,
    AssetPushes,
    AssetSessions,
    ConnectionCheck,
    HostKeys,
    NzButtonComponent,
    RouterLink,
    SidePanel,
  ],
  templateUrl: './asset-panel.html',
})
export class AssetPanel {
  private readonly store = inject(AssetStore);
  private readonly react = injectReaction();
  private readonly removal = injectRemoval();
  private readonly account = inject(Account);
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = this.account.may('inventory.write');
  protected readonly tabs = ASSET_TABS.filter((tab) => this.account.may(tab.needs));

  readonly id = input.required<string>();
  /** One of {@link ASSET_TABS}; absent: the overview. */
  readonly tab = input<string>();

  protected readonly asset = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });

  protected refresh(): void {
    this.asset.reload();
    this.store.list.reload();
  }

  protected async activate(asset: AssetView): Promise<void> {
    const active = !asset.active;
    const done = this.t(active ? 'assets.activated' : 'assets.deactivated', { count: 1 });
    await this.react.run(() => this.store.update(asset.id, { active }), done);
    this.refresh();
  }

  protected async remove(asset: AssetView): Promise<void> {
    if (!(await this.removal.ask({ ids: [asset.id] }))) return;
    this.store.list.reload();
    await this.place.close();
  }
}
