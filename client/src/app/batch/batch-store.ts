import { Service, inject } from '@angular/core';
import { ActivatedRoute } from '@angular/router';
import { RUN_STATES, type BatchResultState } from '#libs/contracts';
import { Api } from '../api/api';
import { createBatchExecution } from '../api/fn/batch-executions/create-batch-execution';
import { getBatchExecution } from '../api/fn/batch-executions/get-batch-execution';
import { getBatchResult } from '../api/fn/batch-executions/get-batch-result';
import { listBatchExecutions } from '../api/fn/batch-executions/list-batch-executions';
import { listBatchGroups } from '../api/fn/batch-executions/list-batch-groups';
import { listBatchResults } from '../api/fn/batch-executions/list-batch-results';
import { listExecAccounts } from '../api/fn/batch-executions/list-exec-accounts';
import { previewBatchExecution } from '../api/fn/batch-executions/preview-batch-execution';
import { stopBatchExecution } from '../api/fn/batch-executions/stop-batch-execution';
import type { BatchExecutionView } from '../api/models/batch-execution-view';
import type { BatchGroupPage } from '../api/models/batch-group-page';
import type { BatchPreview } from '../api/models/batch-preview';
import type { BatchResultPage } from '../api/models/batch-result-page';
import type { BatchResultView } from '../api/models/batch-result-view';
import type { BatchTargetsBody } from '../api/models/batch-targets-body';
import type { CreateBatchExecution } from '../api/models/create-batch-execution';
import type { ExecAccountView } from '../api/models/exec-account-view';
import { oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['createdAt'] as const;
const REFRESH_MS = 5_000;
const PAGE_SIZE = 50;
const WHOLE_PAGE = 200;

/** Batch executions: the list, own ones or everybody's, and everything that is done to one. */
@Service({ autoProvided: false })
export class BatchStore {
  private readonly api = inject(Api);
  /** Whether it lists everybody's. */
  readonly ofEverybody = inject(ActivatedRoute).snapshot.data['ofEverybody'] === true;

  readonly list = injectList<BatchExecutionView>({
    name: this.ofEverybody ? 'batch-audit' : 'batches',
    sort: '-createdAt',
    filters: ['state', 'userId', 'systemUserId'],
    refreshEvery: REFRESH_MS,
    load: (query) => {
      const { state, ...ids } = query.filters;
      const filters = { ...ids, state: oneOf(RUN_STATES, state), mine: !this.ofEverybody };
      return this.api.invoke(listBatchExecutions, { ...paging(query, SORTS), ...filters });
    },
  });

  get(id: string): Promise<BatchExecutionView> {
    return this.api.invoke(getBatchExecution, { id });
  }

  groups(id: string, state: BatchResultState | undefined): Promise<BatchGroupPage> {
    return this.api.invoke(listBatchGroups, { id, state, pageSize: PAGE_SIZE });
  }

  /** One page of results by asset name. */
  results(id: string, state: BatchResultState | undefined, page: number): Promise<BatchResultPage> {
    return this.api.invoke(listBatchResults, { id, state, page, pageSize: PAGE_SIZE });
  }

  /** With all the output that was kept. */
  result(id: string, assetId: string): Promise<BatchResultView> {
    return this.api.invoke(getBatchResult, { id, assetId });
  }

  async accounts(): Promise<ExecAccountView[]> {
    return (await this.api.invoke(listExecAccounts)).items;
  }

  preview(body: BatchTargetsBody): Promise<BatchPreview> {
    return this.api.invoke(previewBatchExecution, { body });
  }

  /** Gives its id. */
  async begin(body: CreateBatchExecution): Promise<string> {
    return (await this.api.invoke(createBatchExecution, { body })).id;
  }

  stop(id: string): Promise<BatchExecutionView> {
    return this.api.invoke(stopBatchExecution, { id });
  }

  /** The same command where it failed or was stopped; gives the id of the new one. */
  async again({ id, systemUserId, command, ...limits }: BatchExecutionView): Promise<string> {
    const assetIds = [...(await this.assetsOf(id, 'failed')), ...(await this.assetsOf(id, 'stopped'))];
    const { parallel, timeLimitSeconds, outputBytes } = limits;
    return this.begin({ systemUserId, command, assetIds, parallel, timeLimitSeconds, outputBytes });
  }

  private async assetsOf(id: string, state: BatchResultState): Promise<string[]> {
    const assetIds: string[] = [];
    for (let page = 1; ; page++) {
      const asked = { id, state, page, pageSize: WHOLE_PAGE };
      const { items, total } = await this.api.invoke(listBatchResults, asked);
      assetIds.push(...items.map(({ assetId }) => assetId));
      if (assetIds.length >= total || items.length === 0) return assetIds;
    }
  }
}
