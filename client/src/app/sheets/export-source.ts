import { inject } from '@angular/core';
import {
  ASSET_ENVIRONMENTS,
  ASSET_STATUSES,
  ASSET_TYPES,
  ROLES,
  type ImportKind,
  type SheetFormat,
} from '#libs/contracts';
import { Api } from '../api/api';
import { exportAssets } from '../api/fn/assets/export-assets';
import { exportUsers } from '../api/fn/users/export-users';
import { Language } from '../language/language';
import { flagOf, oneOf, wholeOf, type ListQuery } from '../list/list-query';

const ASSET_SORTS = ['name', 'address', 'active', 'type', 'environment', 'status', 'updatedAt'] as const;
const USER_SORTS = ['username', 'name', 'role', 'active', 'validUntil', 'createdAt'] as const;
const USER_STATES = ['active', 'disabled', 'ended'] as const;

/** Fetches what a list shows, all of it, as a file. */
export type ExportSource = (query: ListQuery, format: SheetFormat) => Promise<Blob>;

/** Gives the {@link ExportSource} of each kind; call it in an injection context. */
export function injectExportSources(): Record<ImportKind, ExportSource> {
  const api = inject(Api);
  const language = inject(Language);
  return {
    assets: (query, format) => {
      const { groupId, dataCenterId, adminAccountId, ...filters } = query.filters;
      const { label } = query.terms;
      return api.invoke(exportAssets, {
        ...wholeOf(query, ASSET_SORTS),
        groupId,
        dataCenterId,
        adminAccountId,
        ...(label && { label: [...label] }),
        type: oneOf(ASSET_TYPES, filters['type']),
        environment: oneOf(ASSET_ENVIRONMENTS, filters['environment']),
        status: oneOf(ASSET_STATUSES, filters['status']),
        active: flagOf(filters['active']),
        pinned: flagOf(filters['pinned']),
        language: language.shown(),
        format,
      });
    },
    users: (query, format) => {
      const { groupId, ...filters } = query.filters;
      return api.invoke(exportUsers, {
        ...wholeOf(query, USER_SORTS),
        groupId,
        role: oneOf(ROLES, filters['role']),
        active: flagOf(filters['active']),
        state: oneOf(USER_STATES, filters['state']),
        language: language.shown(),
        format,
      });
    },
  };
}
