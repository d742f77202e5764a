import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { AssetGroupForm } from './asset-group-form';
import { AssetGroupList } from './asset-group-list';

/** The pages of asset groups. */
export const assetGroupRoutes: Routes = [
  {
    path: '',
    component: AssetGroupList,
    children: [
      {
        path: 'new',
        component: AssetGroupForm,
        canActivate: [may('inventory.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: AssetGroupForm, canDeactivate: [keepsInput] },
    ],
  },
];
