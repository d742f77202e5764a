import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { SudoAliasForm } from './sudo-alias-form';
import { SudoAliasList } from './sudo-alias-list';

/** The pages of sudo aliases. */
export const sudoAliasRoutes: Routes = [
  {
    path: '',
    component: SudoAliasList,
    children: [
      {
        path: 'new',
        component: SudoAliasForm,
        canActivate: [may('system-users.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: SudoAliasForm, canDeactivate: [keepsInput] },
    ],
  },
];
