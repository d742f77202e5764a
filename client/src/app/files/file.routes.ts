import type { Routes } from '@angular/router';
import { FilesPage } from './files-page';
import { ManyPage } from './many/many-page';

/** Files of the own assets. */
export const fileRoutes: Routes = [
  { path: 'many', component: ManyPage },
  { path: '', component: FilesPage },
];
