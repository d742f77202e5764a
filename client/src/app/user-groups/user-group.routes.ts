import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { UserGroupForm } from './user-group-form';
import { UserGroupList } from './user-group-list';

/** The pages of user groups. */
export const userGroupRoutes: Routes = [
  {
    path: '',
    component: UserGroupList,
    children: [
      {
        path: 'new',
        component: UserGroupForm,
        canActivate: [may('users.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: UserGroupForm, canDeactivate: [keepsInput] },
    ],
  },
];
