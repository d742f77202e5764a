import { Service, inject } from '@angular/core';
import { DRIFT_STATES, PUSH_RECORD_STATES } from '#libs/contracts';
import { Api } from '../api/api';
import { listPushHistory } from '../api/fn/pushes/list-push-history';
import { listPushRecords } from '../api/fn/pushes/list-push-records';
import type { PushHistoryPage } from '../api/models/push-history-page';
import type { PushRecordView } from '../api/models/push-record-view';
import type { Part } from '../list/growing-rows';
import { oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['systemUsername', 'assetName', 'pushedAt'] as const;
const REFRESH_MS = 10_000;

/** A system user on an asset. */
export interface Pair {
  readonly systemUserId: string;
  readonly assetId: string;
}

/** Where system users stand, and how they came there. */
@Service({ autoProvided: false })
export class PushStateStore {
  private readonly api = inject(Api);

  readonly list = injectList<PushRecordView>({
    name: 'push-states',
    sort: 'assetName',
    filters: ['state', 'drift'],
    refreshEvery: REFRESH_MS,
    load: (query) => {
      const state = oneOf(PUSH_RECORD_STATES, query.filters['state']);
      const drift = oneOf(DRIFT_STATES, query.filters['drift']);
      const filters = { ...(state && { state }), ...(drift && { drift }) };
      return this.api.invoke(listPushRecords, { ...paging(query, SORTS), ...filters });
    },
  });

  /** undefined: it does not stand there. */
  async find({ systemUserId, assetId }: Pair): Promise<PushRecordView | undefined> {
    const page = { page: 1, pageSize: 1 };
    const { items } = await this.api.invoke(listPushRecords, { systemUserId, assetId, ...page });
    return items[0];
  }

  /** All that was done, the newest first. */
  history({ systemUserId, assetId }: Pair, part: Part): Promise<PushHistoryPage> {
    return this.api.invoke(listPushHistory, { systemUserId, assetId, ...part });
  }
}

/** Address parameters of the page that pushes these again. */
export function pushOf(records: readonly PushRecordView[]): Record<string, string> {
  const joined = (ids: readonly string[]): string => [...new Set(ids)].join(',');
  const modes = new Set(records.map(({ mode }) => mode));
  const [mode] = modes;
  return {
    forUsers: joined(records.map(({ systemUserId }) => systemUserId)),
    onAssets: joined(records.map(({ assetId }) => assetId)),
    ...(modes.size === 1 && mode && { as: mode }),
  };
}
