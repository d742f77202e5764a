import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { PushForm } from './push-form';
import { PushList } from './push-list';
import { PushPanel } from './push-panel';

/** The pages of pushes. */
export const pushRoutes: Routes = [
  {
    path: '',
    component: PushList,
    children: [
      {
        path: 'new',
        component: PushForm,
        canActivate: [may('system-users.write')],
        canDeactivate: [keepsInput],
      },
      { path: ':id', component: PushPanel },
    ],
  },
];
