import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { UserForm } from './user-form';
import { UserList } from './user-list';
import { UserPanel } from './user-panel';

const write = [may('members.write')];

/** The pages of users. */
export const userRoutes: Routes = [
  {
    path: 'import',
    canActivate: [may('users.import')],
    data: { kind: 'users' },
    loadComponent: () => import('../sheets/import-page').then((file) => file.ImportPage),
  },
  {
    path: '',
    component: UserList,
    children: [
      { path: 'new', component: UserForm, canActivate: write, canDeactivate: [keepsInput] },
      { path: ':id', component: UserPanel },
      { path: ':id/edit', component: UserForm, canActivate: write, canDeactivate: [keepsInput] },
    ],
  },
];
