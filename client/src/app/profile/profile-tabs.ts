import type { Route } from '@angular/router';
import { keepsInput } from '../panel/unsaved';

/** A tab of the profile page: its address below `/profile`, its label, and what it shows, loaded when it is opened. */
export interface ProfileTab extends Required<Pick<Route, 'path' | 'loadComponent'>> {
  readonly label: string;
  /** Whether it may hold input that leaving would lose; its component is a HoldsInput then. */
  readonly holdsInput?: boolean;
}

/** The tabs in their order; the first is where `/profile` leads. */
export const PROFILE_TABS: readonly ProfileTab[] = [
  {
    path: 'me',
    label: 'profile.tabs.me',
    holdsInput: true,
    loadComponent: () => import('./own-profile').then((file) => file.OwnProfile),
  },
  {
    path: 'password',
    label: 'profile.tabs.password',
    loadComponent: () => import('./own-password').then((file) => file.OwnPassword),
  },
  {
    path: 'keys',
    label: 'profile.tabs.keys',
    holdsInput: true,
    loadComponent: () => import('./own-keys').then((file) => file.OwnKeys),
  },
  {
    path: 'ssh',
    label: 'profile.tabs.ssh',
    loadComponent: () => import('./own-ssh').then((file) => file.OwnSsh),
  },
  {
    path: 'second-factor',
    label: 'profile.tabs.secondFactor',
    loadComponent: () => import('../second-factor/own-second-factor').then((file) => file.OwnSecondFactor),
  },
  {
    path: 'api-tokens',
    label: 'profile.tabs.apiTokens',
    holdsInput: true,
    loadComponent: () => import('../tokens/own-api-tokens').then((file) => file.OwnApiTokens),
  },
  {
    path: 'logins',
    label: 'profile.tabs.logins',
    loadComponent: () => import('./own-logins').then((file) => file.OwnLogins),
  },
];

/** The routes of the tabs. */
export function tabRoutes(): Route[] {
  return PROFILE_TABS.map(({ path, loadComponent, holdsInput }) => ({
    path,
    loadComponent,
    ...(holdsInput && { canDeactivate: [keepsInput] }),
  }));
}
