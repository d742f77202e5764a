import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createPush } from '../api/fn/pushes/create-push';
import { createSystemUser } from '../api/fn/system-users/create-system-user';
import { deleteSystemUser } from '../api/fn/system-users/delete-system-user';
import { getSystemUser } from '../api/fn/system-users/get-system-user';
import { listPushRecords } from '../api/fn/pushes/list-push-records';
import { listSystemUsers } from '../api/fn/system-users/list-system-users';
import { updateSystemUser } from '../api/fn/system-users/update-system-user';
import type { AcceptedPush } from '../api/models/accepted-push';
import type { CreateSystemUser } from '../api/models/create-system-user';
import type { PushRecordPage } from '../api/models/push-record-page';
import type { SystemUserView } from '../api/models/system-user-view';
import type { UpdateSystemUser } from '../api/models/update-system-user';
import { paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['username', 'assetCount', 'updatedAt'] as const;
const RECORDS_SHOWN = 100;

/** The system users: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class SystemUserStore {
  private readonly api = inject(Api);

  readonly list = injectList<SystemUserView>({
    name: 'system-users',
    sort: 'username',
    load: (query) => this.api.invoke(listSystemUsers, paging(query, SORTS)),
  });

  get(id: string): Promise<SystemUserView> {
    return this.api.invoke(getSystemUser, { id });
  }

  create(body: CreateSystemUser): Promise<SystemUserView> {
    return this.api.invoke(createSystemUser, { body });
  }

  update(id: string, body: UpdateSystemUser): Promise<SystemUserView> {
    return this.api.invoke(updateSystemUser, { id, body });
  }

  async remove(id: string): Promise<void> {
    await this.api.invoke(deleteSystemUser, { id });
  }

  /** It goes when the push that this gives has taken it back everywhere; null: it stood nowhere and is gone. */
  async removeEverywhere(id: string): Promise<string | null> {
    return (await this.api.invoke(deleteSystemUser, { id, recycle: true })).pushId;
  }

  /** On which assets it stands: the first ones by name. */
  records(systemUserId: string): Promise<PushRecordPage> {
    return this.api.invoke(listPushRecords, {
      systemUserId,
      page: 1,
      pageSize: RECORDS_SHOWN,
      sort: 'assetName',
    });
  }

  /** Takes back from these assets what pushes brought. */
  recycle(systemUserId: string, assetIds: readonly string[]): Promise<AcceptedPush> {
    const body = { systemUserId, assetIds: [...assetIds], mode: 'recycle' as const };
    return this.api.invoke(createPush, { body });
  }

  /** Writes down that the account is on these assets already; connects to none of them. */
  recordPush(
    systemUserId: string,
    assetIds: readonly string[],
    assetGroupIds: readonly string[],
  ): Promise<unknown> {
    const body = {
      systemUserId,
      assetIds: [...assetIds],
      assetGroupIds: [...assetGroupIds],
      mode: 'record-only' as const,
    };
    return this.api.invoke(createPush, { body });
  }
}
