import { Service, inject } from '@angular/core';
import { ROLES } from '#libs/contracts';
import { Api } from '../api/api';
import { createUser } from '../api/fn/users/create-user';
import { createUserPublicKey } from '../api/fn/users/create-user-public-key';
import { deleteUserPublicKey } from '../api/fn/users/delete-user-public-key';
import { deleteUsers } from '../api/fn/users/delete-users';
import { getUser } from '../api/fn/users/get-user';
import { getUserUsage } from '../api/fn/usage/get-user-usage';
import { getUserPasswordLink } from '../api/fn/users/get-user-password-link';
import { listUserPublicKeys } from '../api/fn/users/list-user-public-keys';
import { renewUserPublicKey } from '../api/fn/users/renew-user-public-key';
import { listUsers, type ListUsers$Params } from '../api/fn/users/list-users';
import { mailUserPasswordLink } from '../api/fn/users/mail-user-password-link';
import { resetUserSecondFactor } from '../api/fn/users/reset-user-second-factor';
import { resetUserPassword } from '../api/fn/users/reset-user-password';
import { unlockUser } from '../api/fn/users/unlock-user';
import { updateUser } from '../api/fn/users/update-user';
import type { CreateUser } from '../api/models/create-user';
import type { CreatedUser } from '../api/models/created-user';
import type { MailView } from '../api/models/mail-view';
import type { PublicKeyView } from '../api/models/public-key-view';
import type { UpdateUser } from '../api/models/update-user';
import type { UserUsageView } from '../api/models/user-usage-view';
import type { UserView } from '../api/models/user-view';
import { oneOf, paging, type ListQuery } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = ['username', 'name', 'role', 'active', 'validUntil', 'createdAt'] as const;
const STATES = ['active', 'disabled', 'ended'] as const;

/** The users: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class UserStore {
  private readonly api = inject(Api);

  readonly list = injectList<UserView>({
    name: 'users',
    sort: 'username',
    filters: ['role', 'state', 'groupId'],
    load: (query) => this.api.invoke(listUsers, paramsOf(query)),
  });

  /** How many assets each user of that page may reach: asked for after the rows, which come sooner without. */
  async assetCounts(query: ListQuery): Promise<ReadonlyMap<string, number>> {
    const { items } = await this.api.invoke(listUsers, { ...paramsOf(query), withAssetCount: true });
    return new Map(items.map(({ id, assetCount }) => [id, assetCount ?? 0]));
  }

  get(id: string): Promise<UserView> {
    return this.api.invoke(getUser, { id });
  }

  /** An empty password has a one-time password made, which the answer tells once. */
  create(body: CreateUser): Promise<CreatedUser> {
    return this.api.invoke(createUser, { body });
  }

  update(id: string, body: UpdateUser): Promise<UserView> {
    return this.api.invoke(updateUser, { id, body });
  }

  remove(ids: string[]): Promise<void> {
    return this.api.invoke(deleteUsers, { body: { ids } });
  }

  /** What goes with them when they are deleted. */
  usage(ids: string[]): Promise<UserUsageView> {
    return this.api.invoke(getUserUsage, { body: { ids } });
  }

  /** A one-time password in place of theirs. */
  async resetPassword(id: string): Promise<string> {
    return (await this.api.invoke(resetUserPassword, { id })).oneTimePassword;
  }

  /** Mails them a link to set their password. */
  mailLink(id: string): Promise<void> {
    return this.api.invoke(mailUserPasswordLink, { id });
  }

  /** The mail with the last such link, however far it came; null: none of late. */
  async mailedLink(id: string): Promise<MailView | null> {
    return (await this.api.invoke(getUserPasswordLink, { id })).mail;
  }

  /** Takes their authenticator app and recovery codes away. */
  resetSecondFactor(id: string): Promise<void> {
    return this.api.invoke(resetUserSecondFactor, { id });
  }

  /** Lets them try to log in again after too many wrong passwords. */
  unlock(id: string): Promise<void> {
    return this.api.invoke(unlockUser, { id });
  }

  async keys(id: string): Promise<PublicKeyView[]> {
    return (await this.api.invoke(listUserPublicKeys, { id })).items;
  }

  addKey(id: string, publicKey: string): Promise<PublicKeyView> {
    return this.api.invoke(createUserPublicKey, { id, body: { publicKey } });
  }

  /** Makes a new pair in place of a key, which stops at once; gives the private half, which is told this once. */
  async renewKey(id: string, keyId: string): Promise<string | null> {
    return (await this.api.invoke(renewUserPublicKey, { id, keyId, body: {} })).privateKey;
  }

  removeKey(id: string, keyId: string): Promise<void> {
    return this.api.invoke(deleteUserPublicKey, { id, keyId });
  }
}

function paramsOf(query: ListQuery): ListUsers$Params {
  const { role, state, groupId } = query.filters;
  const filters = { role: oneOf(ROLES, role), state: oneOf(STATES, state), groupId };
  return { ...paging(query, SORTS), ...filters };
}
