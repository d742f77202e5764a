import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createPush } from '../api/fn/pushes/create-push';
import { getPush } from '../api/fn/pushes/get-push';
import { listPushes } from '../api/fn/pushes/list-pushes';
import { pushAgain } from '../api/fn/pushes/push-again';
import { stopPush } from '../api/fn/pushes/stop-push';
import type { AcceptedPush } from '../api/models/accepted-push';
import type { CreatePush } from '../api/models/create-push';
import type { PushDetailView } from '../api/models/push-detail-view';
import type { PushView } from '../api/models/push-view';
import { oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['createdAt', 'finishedAt', 'systemUsername'] as const;
const REFRESH_MS = 5_000;

/** States that the list can be narrowed to. */
export const PUSH_STATES = ['queued', 'running', 'succeeded', 'partial', 'failed', 'stopped'] as const;
/** Modes that the list can be narrowed to. */
export const PUSH_MODES = ['key', 'password', 'both', 'record-only', 'recycle'] as const;

const SUCCEEDED = ['succeeded'];
const MISSED = ['failed', 'stopped'];

function assetsOf({ results }: PushDetailView, states: readonly string[]): string[] {
  return results.filter(({ state }) => states.includes(state)).map(({ assetId }) => assetId);
}

/** The pushes: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class PushStore {
  private readonly api = inject(Api);

  readonly list = injectList<PushView>({
    name: 'pushes',
    sort: '-createdAt',
    filters: ['state', 'mode'],
    refreshEvery: REFRESH_MS,
    load: (query) => {
      const state = oneOf(PUSH_STATES, query.filters['state']);
      const mode = oneOf(PUSH_MODES, query.filters['mode']);
      const filters = { ...(state && { state }), ...(mode && { mode }) };
      return this.api.invoke(listPushes, { ...paging(query, SORTS), ...filters });
    },
  });

  get(id: string): Promise<PushDetailView> {
    return this.api.invoke(getPush, { id });
  }

  /**
   * Ids of the assets that a push reached, and of those that the tries before it had reached: each of these failed or
   * was stopped wherever the next one was made.
   */
  async reached(push: PushDetailView): Promise<string[]> {
    const { systemUserId, createdAt } = push;
    const { items } = await this.api.invoke(listPushes, { systemUserId, sort: '-createdAt', pageSize: 200 });
    const assetIds = assetsOf(push, SUCCEEDED);
    let next = push;
    for (const { id } of items.filter((other) => other.createdAt < createdAt)) {
      const before = await this.get(id);
      const missed = new Set(assetsOf(before, MISSED));
      if (before.mode === 'recycle' || !next.results.every(({ assetId }) => missed.has(assetId))) break;
      assetIds.push(...assetsOf(before, SUCCEEDED));
      next = before;
    }
    return assetIds;
  }

  create(body: CreatePush): Promise<AcceptedPush> {
    return this.api.invoke(createPush, { body });
  }

  /** On the assets where it failed or was stopped. */
  again(id: string): Promise<AcceptedPush> {
    return this.api.invoke(pushAgain, { id, body: {} });
  }

  stop(id: string): Promise<void> {
    return this.api.invoke(stopPush, { id });
  }
}
