import { inject } from '@angular/core';
import type { ImportKind, ImportOutcome, SheetFormat } from '#libs/contracts';
import { Api } from '../api/api';
import { checkAssetImport } from '../api/fn/assets/check-asset-import';
import { getAssetImport } from '../api/fn/assets/get-asset-import';
import { getAssetTemplate } from '../api/fn/assets/get-asset-template';
import { getRefusedAssetRows } from '../api/fn/assets/get-refused-asset-rows';
import { listAssetImportRows } from '../api/fn/assets/list-asset-import-rows';
import { runAssetImport } from '../api/fn/assets/run-asset-import';
import { checkUserImport } from '../api/fn/users/check-user-import';
import { getRefusedUserRows } from '../api/fn/users/get-refused-user-rows';
import { getUserImport } from '../api/fn/users/get-user-import';
import { getUserTemplate } from '../api/fn/users/get-user-template';
import { listUserImportRows } from '../api/fn/users/list-user-import-rows';
import { runUserImport } from '../api/fn/users/run-user-import';
import type { AddedUserView } from '../api/models/added-user-view';
import type { ImportRowPage } from '../api/models/import-row-page';
import type { ImportView } from '../api/models/import-view';
import { Language } from '../language/language';

/** Rows of a page of the table. */
export const ROWS_SHOWN = 50;

/** A finished run; of users with the passwords that are told this once. */
export type ImportRun = ImportView & { addedUsers?: AddedUserView[]; mailed?: number };

/** How to run an import. */
export interface ImportWishes {
  /** One refused row refuses all. */
  readonly allOrNothing: boolean;
  /** Users only: whoever is new is mailed a link to set the password. */
  readonly mailPasswordLinks: boolean;
}

/** What the import page asks of the server, whatever is imported. */
export interface ImportSource {
  check(file: File): Promise<ImportView>;
  view(id: string): Promise<ImportView>;
  rows(id: string, page: number, outcome?: ImportOutcome): Promise<ImportRowPage>;
  run(id: string, wishes: ImportWishes): Promise<ImportRun>;
  template(format: SheetFormat): Promise<Blob>;
  refused(id: string): Promise<Blob>;
}

/** Gives the {@link ImportSource} of each kind; call it in an injection context. */
export function injectImportSources(): Record<ImportKind, ImportSource> {
  const api = inject(Api);
  const language = inject(Language);
  const upload = (file: File) => ({
    body: file,
    fileName: file.name.slice(-255),
    language: language.shown(),
  });
  const part = (id: string, page: number, outcome?: ImportOutcome) => ({
    id,
    page,
    pageSize: ROWS_SHOWN,
    language: language.shown(),
    ...(outcome && { outcome }),
  });
  return {
    assets: {
      check: (file) => api.invoke(checkAssetImport, upload(file)),
      view: (id) => api.invoke(getAssetImport, { id }),
      rows: (id, page, outcome) => api.invoke(listAssetImportRows, part(id, page, outcome)),
      run: (id, { allOrNothing }) => api.invoke(runAssetImport, { id, body: { allOrNothing } }),
      template: (format) => api.invoke(getAssetTemplate, { format, language: language.shown() }),
      refused: (id) => api.invoke(getRefusedAssetRows, { id, format: 'xlsx', language: language.shown() }),
    },
    users: {
      check: (file) => api.invoke(checkUserImport, upload(file)),
      view: (id) => api.invoke(getUserImport, { id }),
      rows: (id, page, outcome) => api.invoke(listUserImportRows, part(id, page, outcome)),
      run: (id, wishes) => api.invoke(runUserImport, { id, body: { ...wishes } }),
      template: (format) => api.invoke(getUserTemplate, { format, language: language.shown() }),
      refused: (id) => api.invoke(getRefusedUserRows, { id, format: 'xlsx', language: language.shown() }),
    },
  };
}
