import type { Routes } from '@angular/router';
import { SessionPanel } from './session-panel';

/** The audit pages. */
export const auditRoutes: Routes = [
  {
    path: 'online',
    loadComponent: () => import('./online-list').then((file) => file.OnlineList),
    children: [{ path: ':id', component: SessionPanel }],
  },
  {
    path: 'history',
    loadComponent: () => import('./history-list').then((file) => file.HistoryList),
    children: [{ path: ':id', component: SessionPanel }],
  },
  { path: 'commands', loadComponent: () => import('./command-list').then((file) => file.CommandList) },
  {
    path: 'batches',
    loadChildren: () => import('../batch/batch.routes').then((file) => file.batchAuditRoutes),
  },
  { path: 'files', loadComponent: () => import('./file-list').then((file) => file.FileList) },
  { path: 'logins', loadComponent: () => import('./login-list').then((file) => file.LoginList) },
  {
    path: 'operations',
    loadComponent: () => import('./operation-list').then((file) => file.OperationList),
  },
  {
    path: 'integrity',
    loadComponent: () => import('./integrity-page').then((file) => file.IntegrityPage),
  },
  {
    path: 'monitor/:id',
    loadComponent: () => import('../monitor/monitor-page').then((file) => file.MonitorPage),
  },
  {
    path: 'replay/:id',
    loadComponent: () => import('../replay/replay-page').then((file) => file.ReplayPage),
  },
];
