import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createDataCenter } from '../api/fn/data-centers/create-data-center';
import { deleteDataCenter } from '../api/fn/data-centers/delete-data-center';
import { getDataCenter } from '../api/fn/data-centers/get-data-center';
import { listDataCenters } from '../api/fn/data-centers/list-data-centers';
import { updateDataCenter } from '../api/fn/data-centers/update-data-center';
import { getDataCenterUsage } from '../api/fn/usage/get-data-center-usage';
import type { CreateDataCenter } from '../api/models/create-data-center';
import type { UpdateDataCenter } from '../api/models/update-data-center';
import type { DataCenterView } from '../api/models/data-center-view';
import type { UsageView } from '../api/models/usage-view';
import { paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['name', 'operator', 'assetCount', 'updatedAt'] as const;

/** The data centers: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class DataCenterStore {
  private readonly api = inject(Api);

  readonly list = injectList<DataCenterView>({
    name: 'data-centers',
    sort: SORTS[0],
    load: (query) => this.api.invoke(listDataCenters, paging(query, SORTS)),
  });

  get(id: string): Promise<DataCenterView> {
    return this.api.invoke(getDataCenter, { id });
  }

  create(body: CreateDataCenter): Promise<DataCenterView> {
    return this.api.invoke(createDataCenter, { body });
  }

  update(id: string, body: UpdateDataCenter): Promise<DataCenterView> {
    return this.api.invoke(updateDataCenter, { id, body });
  }

  remove(id: string): Promise<void> {
    return this.api.invoke(deleteDataCenter, { id });
  }

  /** What hangs on it. */
  usage(id: string): Promise<UsageView> {
    return this.api.invoke(getDataCenterUsage, { id });
  }
}
