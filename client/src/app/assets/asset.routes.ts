import type { Route, Routes, UrlMatchResult, UrlSegment } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { AssetBatch } from './asset-batch';
import { AssetForm } from './asset-form';
import { AssetList } from './asset-list';
import { AssetPanel } from './asset-panel';
import { ASSET_TABS } from './asset-tabs';

/** `:id` and `:id/:tab`: one route, so that the panel stays when its tab changes. */
function panelAddress(segments: UrlSegment[]): UrlMatchResult | null {
  const [id, tab, ...more] = segments;
  if (!id || more.length > 0 || (tab && !ASSET_TABS.some((each) => each.path === tab.path))) return null;
  return { consumed: segments, posParams: tab ? { id, tab } : { id } };
}

const write: Pick<Route, 'canActivate' | 'canDeactivate'> = {
  canActivate: [may('inventory.write')],
  canDeactivate: [keepsInput],
};

/** The asset pages. */
export const assetRoutes: Routes = [
  {
    path: 'import',
    canActivate: [may('inventory.import')],
    data: { kind: 'assets' },
    loadComponent: () => import('../sheets/import-page').then((file) => file.ImportPage),
  },
  {
    path: 'host-key-scans/:id',
    loadComponent: () => import('../host-key-scans/scan-page').then((file) => file.ScanPage),
  },
  {
    path: '',
    component: AssetList,
    children: [
      { path: 'new', component: AssetForm, ...write },
      { path: 'batch', component: AssetBatch, ...write },
      { path: ':id/edit', component: AssetForm, ...write },
      { matcher: panelAddress, component: AssetPanel },
    ],
  },
];
