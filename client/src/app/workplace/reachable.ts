import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { addFavourite } from '../api/fn/me/add-favourite';
import { listMyAssetGroups } from '../api/fn/me/list-my-asset-groups';
import { type ListMyAssets$Params, listMyAssets } from '../api/fn/me/list-my-assets';
import { removeFavourite } from '../api/fn/me/remove-favourite';
import type { MyAssetGroups } from '../api/models/my-asset-groups';
import type { MyAssetPage } from '../api/models/my-asset-page';
import type { MyAssetView } from '../api/models/my-asset-view';
import type { TerminalTarget } from '../terminal/terminal-line';

/** One way to log in: an asset as a system user. */
export interface Way {
  readonly target: TerminalTarget;
  /** `systemuser@asset`. */
  readonly title: string;
  readonly address: string;
  /** What the asset is for; null: not said. */
  readonly environment: MyAssetView['environment'];
}

/** What the person wants to open: in a tab of its own, or beside the pane that has the keys. */
export interface WayChosen {
  readonly way: Way;
  readonly beside: boolean;
}

/** The assets that I may reach. */
@Service()
export class Reachable {
  private readonly api = inject(Api);

  /** A page of them, by name unless the query says otherwise. */
  list(query: ListMyAssets$Params): Promise<MyAssetPage> {
    return this.api.invoke(listMyAssets, query);
  }

  /** The groups that hold any of them, and those above. */
  groups(): Promise<MyAssetGroups> {
    return this.api.invoke(listMyAssetGroups);
  }

  /** Keeps one of them as a favourite, or no longer. */
  keep(id: string, on: boolean): Promise<void> {
    return this.api.invoke(on ? addFavourite : removeFavourite, { id });
  }
}

/** Each system user of each asset is a way of its own. */
export function waysOf(assets: readonly MyAssetView[]): readonly Way[] {
  return assets.flatMap((asset) =>
    asset.systemUsers.map((systemUser) => ({
      target: { assetId: asset.id, systemUserId: systemUser.id },
      title: `${systemUser.username}@${asset.name}`,
      address: asset.address,
      environment: asset.environment,
    })),
  );
}
