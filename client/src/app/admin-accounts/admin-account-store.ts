import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createAdminAccount } from '../api/fn/admin-accounts/create-admin-account';
import { deleteAdminAccount } from '../api/fn/admin-accounts/delete-admin-account';
import { getAdminAccount } from '../api/fn/admin-accounts/get-admin-account';
import { listAdminAccounts } from '../api/fn/admin-accounts/list-admin-accounts';
import { updateAdminAccount } from '../api/fn/admin-accounts/update-admin-account';
import { getAdminAccountUsage } from '../api/fn/usage/get-admin-account-usage';
import type { CreateAdminAccount } from '../api/models/create-admin-account';
import type { UpdateAdminAccount } from '../api/models/update-admin-account';
import type { AdminAccountView } from '../api/models/admin-account-view';
import type { UsageView } from '../api/models/usage-view';
import { paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['name', 'username', 'updatedAt'] as const;

/** The admin accounts: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class AdminAccountStore {
  private readonly api = inject(Api);

  readonly list = injectList<AdminAccountView>({
    name: 'admin-accounts',
    sort: SORTS[0],
    load: (query) => this.api.invoke(listAdminAccounts, paging(query, SORTS)),
  });

  get(id: string): Promise<AdminAccountView> {
    return this.api.invoke(getAdminAccount, { id });
  }

  create(body: CreateAdminAccount): Promise<AdminAccountView> {
    return this.api.invoke(createAdminAccount, { body });
  }

  update(id: string, body: UpdateAdminAccount): Promise<AdminAccountView> {
    return this.api.invoke(updateAdminAccount, { id, body });
  }

  remove(id: string): Promise<void> {
    return this.api.invoke(deleteAdminAccount, { id });
  }

  /** Which assets use it, themselves or by default. */
  usage(id: string): Promise<UsageView> {
    return this.api.invoke(getAdminAccountUsage, { id });
  }
}
