import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { DataCenterForm } from './data-center-form';
import { DataCenterList } from './data-center-list';

/** The pages of data centers. */
export const dataCenterRoutes: Routes = [
  {
    path: '',
    component: DataCenterList,
    children: [
      {
        path: 'new',
        component: DataCenterForm,
        canActivate: [may('inventory.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: DataCenterForm, canDeactivate: [keepsInput] },
    ],
  },
];
