import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { SystemUserForm } from './system-user-form';
import { SystemUserList } from './system-user-list';
import { SystemUserPanel } from './system-user-panel';

const write = [may('system-users.write')];

/** The pages of system users. */
export const systemUserRoutes: Routes = [
  {
    path: '',
    component: SystemUserList,
    children: [
      { path: 'new', component: SystemUserForm, canActivate: write, canDeactivate: [keepsInput] },
      { path: ':id', component: SystemUserPanel },
      { path: ':id/edit', component: SystemUserForm, canActivate: write, canDeactivate: [keepsInput] },
    ],
  },
];
