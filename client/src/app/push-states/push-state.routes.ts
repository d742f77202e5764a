import type { Routes } from '@angular/router';
import { PushStateList } from './push-state-list';
import { PushStatePanel } from './push-state-panel';

/** The pages of where system users stand. */
export const pushStateRoutes: Routes = [
  {
    path: '',
    component: PushStateList,
    children: [{ path: ':systemUserId/:assetId', component: PushStatePanel }],
  },
];
