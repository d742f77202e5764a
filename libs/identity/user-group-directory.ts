import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  changedFields,
  readPage,
  replaceLinks,
  requireKnown,
  User,
  UserGroup,
  type LinkChange,
  type OperationRecord,
  type Page,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  newId,
  NotPermitted,
  ValidationFailed,
  type Actor,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import { jurisdictionOf, requireManaged, type Jurisdiction } from './jurisdiction.js';
import {
  readUserGroup,
  readUserGroups,
  userGroupList,
  userGroupProfile,
  type UserGroupProfile,
} from './user-group-rows.js';

/** What makes a user group. */
export interface NewUserGroup {
  name: string;
  comment?: string | undefined;
  memberIds?: readonly UserId[] | undefined;
  /** Users of role `group_admin` who manage the members. */
  administratorIds?: readonly UserId[] | undefined;
}

const MEMBERS_OF_GROUP = { table: 'user_group_members', owner: 'group_id', member: 'user_id' };
const ADMINISTRATORS_OF_GROUP = { table: 'user_group_administrators', owner: 'group_id', member: 'user_id' };

/**
 * User groups, who is in them and who administers them. A group admin sees theirs, in them the users that they manage,
 * and changes which of these are in; the group itself is an administrator's (FEATURES A7, U6).
 */
export class UserGroupDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page of the groups that match. */
  list(actor: Actor, request: PageRequest): Promise<Page<UserGroupProfile>> {
    const { sql, parameters } = userGroupList(request, jurisdictionOf(actor));
    return readPage(this.dataSource, userGroupProfile, sql, parameters, request);
  }

  /** @throws NotFound */
  get(actor: Actor, groupId: UserGroupId): Promise<UserGroupProfile> {
    return readUserGroup(this.dataSource, groupId, jurisdictionOf(actor));
  }

  /** @throws ValidationFailed at `memberIds` or `administratorIds`; NotPermitted for a group admin */
  async create(actor: Actor, asked: NewUserGroup): Promise<UserGroupProfile> {
    assertEverybodys(jurisdictionOf(actor));
    return this.unitOfWork.run(actor, async (tx) => {
      const id = newId<UserGroupId>();
      const { name, comment = '' } = asked;
      await tx.of(UserGroup).insert({ id, name, comment, createdAt: tx.now });
      await replaceMembers(tx, id, asked.memberIds ?? [], null);
      await replaceAdministrators(tx, id, asked.administratorIds ?? []);
      const group = await readUserGroup(tx.manager, id, null);
      await tx.record(operationOf('user-group.create', group, null, shown(group)));
      return group;
    });
  }

  /** @throws NotFound; ValidationFailed at `memberIds` or `administratorIds`; NotPermitted for a group admin who changes more than members */
  async update(
    actor: Actor,
    groupId: UserGroupId,
    changes: Partial<NewUserGroup>,
  ): Promise<UserGroupProfile> {
    const jurisdiction = jurisdictionOf(actor);
    return this.unitOfWork.run(actor, async (tx) => {
      const theirs = await readUserGroup(tx.manager, groupId, jurisdiction, true);
      if (changesGroupItself(theirs, changes)) assertEverybodys(jurisdiction);
      const before = await readUserGroup(tx.manager, groupId, null);
      const { name = before.name, comment = before.comment } = changes;
      await tx.of(UserGroup).update({ id: groupId }, { name, comment });
      if (changes.memberIds) {
        await requireManaged(tx.manager, changes.memberIds, 'memberIds', jurisdiction);
        // members whom a group admin doesn't see stay
        const unseen = before.memberIds.filter((id) => !theirs.memberIds.includes(id));
        await replaceMembers(tx, groupId, [...changes.memberIds, ...unseen], jurisdiction);
      }
      if (changes.administratorIds && jurisdiction === null)
        await replaceAdministrators(tx, groupId, changes.administratorIds);
      const after = await readUserGroup(tx.manager, groupId, null);
      const change = changedFields(shown(before), shown(after));
      if (change) await tx.record(operationOf('user-group.update', after, change.before, change.after));
      return jurisdiction === null ? after : readUserGroup(tx.manager, groupId, jurisdiction);
    });
  }

  /** Deletes a group; its members stay, rules no longer reach them through it. @throws NotFound; NotPermitted for a group admin */
  async deleteOne(actor: Actor, groupId: UserGroupId): Promise<void> {
    assertEverybodys(jurisdictionOf(actor));
    await this.unitOfWork.run(actor, (tx) => remove(tx, [groupId]));
  }

  /** Deletes all of them or none. @throws ValidationFailed at `ids`; NotPermitted for a group admin */
  async delete(actor: Actor, groupIds: readonly UserGroupId[]): Promise<void> {
    assertEverybodys(jurisdictionOf(actor));
    await this.unitOfWork.run(actor, async (tx) => {
      await requireKnown(tx.manager, UserGroup, groupIds, 'ids', 'user group');
      await remove(tx, groupIds);
    });
  }
}

/** In the order of their ids, so that two callers never wait for each other in a circle. */
async function remove(tx: Transaction, groupIds: readonly UserGroupId[]): Promise<void> {
  const ids = [...groupIds].sort();
  const groups = await readUserGroups(tx.manager, ids);
  await tx.of(UserGroup).delete(ids);
  await tx.recordAll(groups.map((group) => operationOf('user-group.delete', group, shown(group), null)));
  await tx.notify('access.changed', { reason: 'user group deleted' });
}

function assertEverybodys(jurisdiction: Jurisdiction): void {
  if (jurisdiction !== null)
    throw new NotPermitted('You manage the members of your groups; the groups are an administrator’s.');
}

function changesGroupItself(group: UserGroupProfile, changes: Partial<NewUserGroup>): boolean {
  const { name = group.name, comment = group.comment, administratorIds = group.administratorIds } = changes;
  const sameAdministrators =
    [...administratorIds].sort().join() === [...group.administratorIds].sort().join();
  return name !== group.name || comment !== group.comment || !sameAdministrators;
}

async function replaceMembers(
  tx: Transaction,
  groupId: UserGroupId,
  memberIds: readonly UserId[],
  jurisdiction: Jurisdiction,
): Promise<void> {
  if (jurisdiction === null) await requireKnown(tx.manager, User, memberIds, 'memberIds', 'user');
  const { added, removed } = await replaceLinks(tx.manager, MEMBERS_OF_GROUP, groupId, memberIds);
  if (jurisdiction !== null) await assertStillManaged(tx, removed);
  if (added.length + removed.length > 0) {
    await tx.notify('access.changed', { reason: 'user group changed' });
  }
}

const usernames = z.array(z.object({ username: z.string() }));

/** Nobody is lost: a user without a group would be out of every group admin's sight. */
async function assertStillManaged(tx: Transaction, removed: LinkChange['removed']): Promise<void> {
  const rows: unknown = await tx.manager.query(
    `SELECT u.username FROM users u WHERE u.id = ANY($1::uuid[])
       AND NOT EXISTS (SELECT FROM user_group_members m WHERE m.user_id = u.id) ORDER BY u.username`,
    [removed],
  );
  const lost = usernames.parse(rows).map(({ username }) => username);
  if (lost.length === 0) return;
  const message = `${lost.join(', ')} would be in none of your groups any more. Add them to another one first, or delete the user.`;
  throw ValidationFailed.field('memberIds', 'last_group', message);
}

async function replaceAdministrators(
  tx: Transaction,
  groupId: UserGroupId,
  userIds: readonly UserId[],
): Promise<void> {
  await requireKnown(tx.manager, User, userIds, 'administratorIds', 'user');
  const others = await tx
    .of(User)
    .createQueryBuilder('user')
    .where("user.id = ANY(:userIds) AND user.role <> 'group_admin'", { userIds })
    .orderBy('user.username')
    .getMany();
  if (others.length > 0) {
    const message = `Give them the role group_admin first: ${others.map(({ username }) => username).join(', ')}.`;
    throw ValidationFailed.field('administratorIds', 'no_group_admin', message);
  }
  await replaceLinks(tx.manager, ADMINISTRATORS_OF_GROUP, groupId, userIds);
}

function shown({ name, comment, memberIds, administratorIds }: UserGroupProfile): Record<string, unknown> {
  return { name, comment, memberIds, administratorIds };
}

function operationOf(
  action: string,
  { id, name }: UserGroupProfile,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): OperationRecord {
  return { action, subjectType: 'user-group', subjectId: id, subjectName: name, before, after };
}
