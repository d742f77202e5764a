import type { Routes } from '@angular/router';
import { ProfilePage } from './profile-page';
import { PROFILE_TABS, tabRoutes } from './profile-tabs';

/** The person's own page. */
export const profileRoutes: Routes = [
  {
    path: '',
    component: ProfilePage,
    children: [{ path: '', pathMatch: 'full', redirectTo: PROFILE_TABS[0]?.path ?? '' }, ...tabRoutes()],
  },
];
