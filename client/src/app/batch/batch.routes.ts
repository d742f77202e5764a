import type { Routes } from '@angular/router';
import { keepsInput } from '../panel/unsaved';
import { BatchForm } from './batch-form';
import { BatchList } from './batch-list';
import { BatchPanel } from './batch-panel';

/** Batch execution in the workplace: the own ones. */
export const batchRoutes: Routes = [
  {
    path: '',
    component: BatchList,
    children: [
      { path: 'new', component: BatchForm, canDeactivate: [keepsInput] },
      { path: ':id', component: BatchPanel },
    ],
  },
];

/** The same of everybody, for whoever may audit. */
export const batchAuditRoutes: Routes = [
  {
    path: '',
    component: BatchList,
    data: { ofEverybody: true },
    children: [{ path: ':id', component: BatchPanel }],
  },
];
