import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { AdminAccountForm } from './admin-account-form';
import { AdminAccountList } from './admin-account-list';

/** The pages of admin accounts. */
export const adminAccountRoutes: Routes = [
  {
    path: '',
    component: AdminAccountList,
    children: [
      {
        path: 'new',
        component: AdminAccountForm,
        canActivate: [may('inventory.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: AdminAccountForm, canDeactivate: [keepsInput] },
    ],
  },
];
