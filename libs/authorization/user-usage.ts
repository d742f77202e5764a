import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { roleHas } from '#libs/contracts';
import { requireKnown, UserGroup } from '#libs/database';
import { jurisdictionOf, requireManaged } from '#libs/identity';
import { NotFound, type Actor, type UserGroupId, type UserId } from '#libs/kernel';
import type { NamedFew } from './asset-usage.js';

/** What goes with users or a user group, as people should know before they delete them (FEATURES U3). */
export interface WhatGoesAlong {
  /** The users themselves, or the members of the groups, who stay. */
  users: NamedFew;
  /** Groups that hold the users, or that they administer. */
  userGroups: NamedFew;
  /** Rules that name them: they lose them. */
  rules: NamedFew;
  /** Their sessions under way: `user: systemuser@asset`. Of a group's members only those end that no other rule covers. */
  onlineSessions: NamedFew;
}

const SHOWN = 10;
const fewRows = z.array(z.object({ name: z.string(), count: z.number() }));
const nothing: NamedFew = { count: 0, names: [] };

const ONLINE = `SELECT s.username || ': ' || s.system_username || '@' || s.asset_name AS name FROM sessions s
  WHERE s.ended_at IS NULL AND s.user_id`;
const MEMBERS = 'SELECT m.user_id FROM user_group_members m WHERE m.group_id = ANY($1)';

/** Says what hangs on users and user groups. */
export class UserUsage {
  constructor(private readonly dataSource: DataSource) {}

  /** Who may not read rules learns how many there are, and of sessions too. @throws ValidationFailed at `ids` */
  async ofUsers(actor: Actor, ids: readonly UserId[]): Promise<WhatGoesAlong> {
    await requireManaged(this.dataSource.manager, ids, 'ids', jurisdictionOf(actor));
    const [users, userGroups, rules, onlineSessions] = await Promise.all([
      this.few('SELECT u.username AS name FROM users u WHERE u.id = ANY($1)', ids),
      this.few(
        `SELECT g.name FROM user_groups g WHERE EXISTS (
           SELECT FROM user_group_members m WHERE m.group_id = g.id AND m.user_id = ANY($1))
         OR EXISTS (
           SELECT FROM user_group_administrators d WHERE d.group_id = g.id AND d.user_id = ANY($1))`,
        ids,
      ),
      this.few(
        `SELECT r.name FROM authorization_rules r WHERE EXISTS (
           SELECT FROM rule_users ru WHERE ru.rule_id = r.id AND ru.user_id = ANY($1))`,
        ids,
      ),
      this.few(`${ONLINE} = ANY($1)`, ids),
    ]);
    const mayName = actor.role !== null && roleHas(actor.role, 'rules.read');
    const told = (few: NamedFew): NamedFew => (mayName ? few : { count: few.count, names: [] });
    return { users, userGroups, rules: told(rules), onlineSessions: told(onlineSessions) };
  }

  /** @throws NotFound */
  async ofUserGroup(id: UserGroupId): Promise<WhatGoesAlong> {
    const found = await this.few('SELECT g.name FROM user_groups g WHERE g.id = $1', id);
    if (found.count === 0) throw new NotFound('user group');
    return this.ofGroups([id]);
  }

  /** @throws ValidationFailed at `ids` */
  async ofUserGroups(ids: readonly UserGroupId[]): Promise<WhatGoesAlong> {
    await requireKnown(this.dataSource.manager, UserGroup, ids, 'ids', 'user group');
    return this.ofGroups(ids);
  }

  private async ofGroups(ids: readonly UserGroupId[]): Promise<WhatGoesAlong> {
    const [users, rules, onlineSessions] = await Promise.all([
      this.few(`SELECT u.username AS name FROM users u WHERE u.id IN (${MEMBERS})`, ids),
      this.few(
        `SELECT r.name FROM authorization_rules r WHERE EXISTS (
           SELECT FROM rule_user_groups rg WHERE rg.rule_id = r.id AND rg.user_group_id = ANY($1))`,
        ids,
      ),
      this.few(`${ONLINE} IN (${MEMBERS})`, ids),
    ]);
    return { users, userGroups: nothing, rules, onlineSessions };
  }

  private async few(names: string, parameter: unknown): Promise<NamedFew> {
    const rows = fewRows.parse(
      await this.dataSource.query(
        `SELECT n.name, count(*) OVER ()::int AS count FROM (${names}) n ORDER BY n.name LIMIT ${SHOWN}`,
        [parameter],
      ),
    );
    return { count: rows[0]?.count ?? 0, names: rows.map((row) => row.name) };
  }
}
