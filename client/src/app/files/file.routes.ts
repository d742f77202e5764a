import type { Routes } from '@angular/router';
import { FilesPage } from './files-page';

/** Files of the own assets. */
export const fileRoutes: Routes = [{ path: '', component: FilesPage }];
