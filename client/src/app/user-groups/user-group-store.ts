import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createUserGroup } from '../api/fn/user-groups/create-user-group';
import { deleteUserGroups } from '../api/fn/user-groups/delete-user-groups';
import { getUserGroup } from '../api/fn/user-groups/get-user-group';
import { getUserGroupsUsage } from '../api/fn/usage/get-user-groups-usage';
import { listUserGroups } from '../api/fn/user-groups/list-user-groups';
import { updateUserGroup } from '../api/fn/user-groups/update-user-group';
import type { CreateUserGroup } from '../api/models/create-user-group';
import type { UpdateUserGroup } from '../api/models/update-user-group';
import type { UserUsageView } from '../api/models/user-usage-view';
import type { UserGroupView } from '../api/models/user-group-view';
import { paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['name'] as const;

/** The user groups: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class UserGroupStore {
  private readonly api = inject(Api);

  readonly list = injectList<UserGroupView>({
    name: 'user-groups',
    sort: SORTS[0],
    load: (query) => this.api.invoke(listUserGroups, paging(query, SORTS)),
  });

  get(id: string): Promise<UserGroupView> {
    return this.api.invoke(getUserGroup, { id });
  }

  create(body: CreateUserGroup): Promise<UserGroupView> {
    return this.api.invoke(createUserGroup, { body });
  }

  update(id: string, body: UpdateUserGroup): Promise<UserGroupView> {
    return this.api.invoke(updateUserGroup, { id, body });
  }

  /** What goes with them when they are deleted. */
  usage(ids: string[]): Promise<UserUsageView> {
    return this.api.invoke(getUserGroupsUsage, { body: { ids } });
  }

  remove(ids: string[]): Promise<void> {
    return this.api.invoke(deleteUserGroups, { body: { ids } });
  }
}
