import type { Routes } from '@angular/router';
import { atLeastKnown, firstPage, loggedIn, may } from './account/doors';
import { keepsInput } from './panel/unsaved';
import { Shell } from './shell/shell';

/** The map of the console. Each feature is its own lazy chunk. */
export const routes: Routes = [
  { path: 'login', loadComponent: () => import('./sign-in/sign-in').then((file) => file.SignIn) },
  {
    path: 'forgotten-password',
    loadComponent: () => import('./recovery/forgotten-password').then((file) => file.ForgottenPassword),
  },
  {
    path: 'set-password',
    loadComponent: () => import('./recovery/set-password').then((file) => file.SetPassword),
  },
  {
    path: 'password',
    canActivate: [atLeastKnown],
    loadComponent: () => import('./password/change-password').then((file) => file.ChangePassword),
  },
  {
    path: 'second-factor',
    canActivate: [atLeastKnown],
    loadComponent: () => import('./second-factor/enrol-page').then((file) => file.EnrolPage),
  },
  {
    path: 'terminal',
    canActivate: [loggedIn],
    loadComponent: () => import('./terminal/terminal-page').then((file) => file.TerminalPage),
  },
  {
    path: '',
    component: Shell,
    canActivate: [loggedIn],
    children: [
      { path: '', pathMatch: 'full', redirectTo: () => firstPage() },
      {
        path: 'home',
        loadComponent: () => import('./home/home-page').then((file) => file.HomePage),
      },
      {
        path: 'my-assets',
        loadComponent: () => import('./workplace/my-assets').then((file) => file.MyAssets),
      },
      {
        path: 'batch',
        loadChildren: () => import('./batch/batch.routes').then((file) => file.batchRoutes),
      },
      {
        path: 'files',
        loadChildren: () => import('./files/file.routes').then((file) => file.fileRoutes),
      },
      {
        path: 'profile',
        loadChildren: () => import('./profile/profile.routes').then((file) => file.profileRoutes),
      },
      {
        path: 'users',
        canActivate: [may('members.read')],
        loadChildren: () => import('./users/user.routes').then((file) => file.userRoutes),
      },
      {
        path: 'user-groups',
        canActivate: [may('members.read')],
        loadChildren: () => import('./user-groups/user-group.routes').then((file) => file.userGroupRoutes),
      },
      {
        path: 'assets',
        canActivate: [may('inventory.read')],
        loadChildren: () => import('./assets/asset.routes').then((file) => file.assetRoutes),
      },
      {
        path: 'asset-groups',
        canActivate: [may('inventory.read')],
        loadChildren: () => import('./asset-groups/asset-group.routes').then((file) => file.assetGroupRoutes),
      },
      {
        path: 'data-centers',
        canActivate: [may('inventory.read')],
        loadChildren: () => import('./data-centers/data-center.routes').then((file) => file.dataCenterRoutes),
      },
      {
        path: 'settings/defaults',
        canActivate: [may('inventory.read')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/defaults-page').then((file) => file.DefaultsPage),
      },
      {
        path: 'admin-accounts',
        canActivate: [may('inventory.read')],
        loadChildren: () =>
          import('./admin-accounts/admin-account.routes').then((file) => file.adminAccountRoutes),
      },
      {
        path: 'system-users',
        canActivate: [may('system-users.read')],
        loadChildren: () => import('./system-users/system-user.routes').then((file) => file.systemUserRoutes),
      },
      {
        path: 'sudo-aliases',
        canActivate: [may('system-users.read')],
        loadChildren: () => import('./sudo-aliases/sudo-alias.routes').then((file) => file.sudoAliasRoutes),
      },
      {
        path: 'pushes',
        canActivate: [may('system-users.read')],
        loadChildren: () => import('./pushes/push.routes').then((file) => file.pushRoutes),
      },
      {
        path: 'push-states',
        canActivate: [may('system-users.read')],
        loadChildren: () => import('./push-states/push-state.routes').then((file) => file.pushStateRoutes),
      },
      {
        path: 'rules',
        canActivate: [may('rules.read')],
        loadChildren: () => import('./rules/rule.routes').then((file) => file.ruleRoutes),
      },
      {
        path: 'explain',
        canActivate: [may('rules.read')],
        loadComponent: () => import('./explain/explain-page').then((file) => file.ExplainPage),
      },
      {
        path: 'settings/mail',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/mail-settings').then((file) => file.MailSettings),
      },
      {
        path: 'settings/facts',
        canActivate: [may('inventory.read')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/night-times').then((file) => file.NightTimes),
        data: { kind: 'facts' },
      },
      {
        path: 'settings/drift',
        canActivate: [may('system-users.read')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/night-times').then((file) => file.NightTimes),
        data: { kind: 'drift' },
      },
      {
        path: 'audit',
        canActivate: [may('audit.read')],
        loadChildren: () => import('./audit/audit.routes').then((file) => file.auditRoutes),
      },
      {
        path: 'settings/push-engine',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/push-engine-page').then((file) => file.PushEnginePage),
      },
      {
        path: 'settings/monitor',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/monitor-settings').then((file) => file.MonitorSettings),
      },
      {
        path: 'settings/ssh',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/ssh-banner').then((file) => file.SshBanner),
      },
      {
        path: 'settings/retention',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/retention-page').then((file) => file.RetentionPage),
      },
      {
        path: 'settings/security',
        canActivate: [may('settings.write')],
        canDeactivate: [keepsInput],
        loadComponent: () => import('./settings/security-page').then((file) => file.SecurityPage),
      },
    ],
  },
  { path: '**', redirectTo: '' },
];
