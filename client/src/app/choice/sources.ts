import { inject } from '@angular/core';
import type { Role } from '#libs/contracts';
import { Api } from '../api/api';
import { getAdminAccount } from '../api/fn/admin-accounts/get-admin-account';
import { getAsset } from '../api/fn/assets/get-asset';
import { getAssetGroup } from '../api/fn/asset-groups/get-asset-group';
import { getSudoAlias } from '../api/fn/sudo-aliases/get-sudo-alias';
import { getSystemUser } from '../api/fn/system-users/get-system-user';
import { getUser } from '../api/fn/users/get-user';
import { getUserGroup } from '../api/fn/user-groups/get-user-group';
import { listAdminAccounts } from '../api/fn/admin-accounts/list-admin-accounts';
import { listAssetGroups } from '../api/fn/asset-groups/list-asset-groups';
import { getDataCenter } from '../api/fn/data-centers/get-data-center';
import { listDataCenters } from '../api/fn/data-centers/list-data-centers';
import { listAssets } from '../api/fn/assets/list-assets';
import { listSudoAliases } from '../api/fn/sudo-aliases/list-sudo-aliases';
import { listSystemUsers } from '../api/fn/system-users/list-system-users';
import { listUserGroups } from '../api/fn/user-groups/list-user-groups';
import { listUsers } from '../api/fn/users/list-users';
import type { AdminAccountView } from '../api/models/admin-account-view';
import type { AssetView } from '../api/models/asset-view';
import type { SudoAliasView } from '../api/models/sudo-alias-view';
import type { SystemUserView } from '../api/models/system-user-view';
import type { UserView } from '../api/models/user-view';
import type { Choice, ChoiceSource } from './choice';

const PAGE = { page: 1, pageSize: 50 };

const named = ({ id, name }: { id: string; name: string }): Choice => ({ id, name });
const ofUser = ({ id, username, name }: UserView): Choice => ({ id, name: username, note: name });
const ofAsset = ({ id, name, address }: AssetView): Choice => ({ id, name, note: address });
const ofAccount = ({ id, name, username }: AdminAccountView): Choice => ({ id, name, note: username });
const ofAlias = ({ id, name, commands }: SudoAliasView): Choice => ({ id, name, note: commands[0] ?? '' });
const ofSystemUser = ({ id, username, comment }: SystemUserView): Choice => ({
  id,
  name: username,
  note: comment,
});

/** Users by user name: all, or those of a role. */
export function injectUserChoices(role?: Role): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) =>
      (await api.invoke(listUsers, { q, role, ...PAGE, sort: 'username' })).items.map(ofUser),
    get: async (id) => ofUser(await api.invoke(getUser, { id })),
  };
}

/** All user groups. */
export function injectUserGroupChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) => (await api.invoke(listUserGroups, { q, ...PAGE, sort: 'name' })).items.map(named),
    get: async (id) => named(await api.invoke(getUserGroup, { id })),
  };
}

/** All assets, with their address. */
export function injectAssetChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) => (await api.invoke(listAssets, { q, ...PAGE, sort: 'name' })).items.map(ofAsset),
    get: async (id) => ofAsset(await api.invoke(getAsset, { id })),
  };
}

/** All asset groups. */
export function injectAssetGroupChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) => (await api.invoke(listAssetGroups, { q, ...PAGE, sort: 'name' })).items.map(named),
    get: async (id) => named(await api.invoke(getAssetGroup, { id })),
  };
}

/** All system users. */
export function injectSystemUserChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) =>
      (await api.invoke(listSystemUsers, { q, ...PAGE, sort: 'username' })).items.map(ofSystemUser),
    get: async (id) => ofSystemUser(await api.invoke(getSystemUser, { id })),
  };
}

/** All sudo aliases. */
export function injectSudoAliasChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) => (await api.invoke(listSudoAliases, { q, ...PAGE, sort: 'name' })).items.map(ofAlias),
    get: async (id) => ofAlias(await api.invoke(getSudoAlias, { id })),
  };
}

/** All admin accounts. */
export function injectAdminAccountChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) =>
      (await api.invoke(listAdminAccounts, { q, ...PAGE, sort: 'name' })).items.map(ofAccount),
    get: async (id) => ofAccount(await api.invoke(getAdminAccount, { id })),
  };
}

/** All data centers. */
export function injectDataCenterChoices(): ChoiceSource {
  const api = inject(Api);
  return {
    find: async (q) => (await api.invoke(listDataCenters, { q, ...PAGE, sort: 'name' })).items.map(named),
    get: async (id) => named(await api.invoke(getDataCenter, { id })),
  };
}
