import type { DataSource } from 'typeorm';
import { toMinutes, WEEKDAYS, type HourWindow, type WeekHours } from '#libs/authorization';
import type { Action } from '#libs/contracts';
import {
  Asset,
  AssetGroup,
  AssetGroupMember,
  AuthorizationRule,
  Push,
  PushRecord,
  RuleAsset,
  RuleAssetGroup,
  RuleSystemUser,
  RuleUser,
  RuleUserGroup,
  SystemUser,
  User,
  UserGroup,
  UserGroupMember,
} from '#libs/database';
import { newId, type Id } from '#libs/kernel';

/** A rule as its author wrote it; sides are numbers of people, groups and so on. */
export interface WorldRule {
  active: boolean;
  validFrom: Date | null;
  validUntil: Date | null;
  hours: WeekHours | null;
  actions: Action[];
  users: number[];
  userGroups: number[];
  assets: number[];
  assetGroups: number[];
  systemUsers: number[];
}

/** Everything that decides access, small enough to reason about by hand. */
export interface World {
  userActive: boolean[];
  /** When each user's account ends. */
  userValidUntil: (Date | null)[];
  /** Members of each user group. */
  userGroups: number[][];
  assetActive: boolean[];
  /** Each group's members and the group above it, always one with a smaller number. */
  assetGroups: { members: number[]; parent: number | null }[];
  systemUsers: number;
  /** `[systemUser, asset, succeeded]` */
  pushes: [number, number, boolean][];
  rules: WorldRule[];
}

/** Ids of a stored world, by number. */
export interface StoredWorld {
  users: string[];
  assets: string[];
  systemUsers: string[];
}

/** The slow, obvious reading of the rules: does this user get this action there, and may they know of it? */
export function modelAllows(
  world: World,
  now: Date,
  ask: { user: number; asset: number; systemUser: number; action: Action },
): boolean {
  const groupsAbove = (asset: number): Set<number> => {
    const found = new Set<number>();
    world.assetGroups.forEach((group, number) => {
      if (!group.members.includes(asset)) return;
      for (let at: number | null = number; at !== null; at = world.assetGroups[at]?.parent ?? null)
        found.add(at);
    });
    return found;
  };
  // the newest push of a pair counts
  const newest = world.pushes.findLast(([systemUser, asset]) => {
    return systemUser === ask.systemUser && asset === ask.asset;
  });
  const pushed = newest?.[2] === true;
  const end = world.userValidUntil[ask.user] ?? null;
  if (!world.userActive[ask.user] || (end !== null && end <= now) || !world.assetActive[ask.asset] || !pushed)
    return false;
  return world.rules.some(
    (rule) =>
      rule.active &&
      (rule.validFrom === null || rule.validFrom <= now) &&
      (rule.validUntil === null || now < rule.validUntil) &&
      (rule.hours === null || rule.hours.windows.some((window) => isInWindow(window, now))) &&
      rule.actions.includes(ask.action) &&
      rule.systemUsers.includes(ask.systemUser) &&
      (rule.users.includes(ask.user) ||
        rule.userGroups.some((group) => world.userGroups[group]?.includes(ask.user))) &&
      (rule.assets.includes(ask.asset) ||
        rule.assetGroups.some((group) => groupsAbove(ask.asset).has(group))),
  );
}

/** Hours in China, whose clocks are never changed: eight hours ahead. */
function isInWindow({ days, from, until }: HourWindow, now: Date): boolean {
  const local = new Date(now.getTime() + 8 * 3_600_000);
  const time = local.toISOString().slice(11, 16);
  const today = WEEKDAYS[(local.getUTCDay() + 6) % 7] ?? 'mon';
  const yesterday = WEEKDAYS[(local.getUTCDay() + 5) % 7] ?? 'mon';
  if (from < until) return days.includes(today) && from <= time && time < until;
  return (days.includes(today) && from <= time) || (days.includes(yesterday) && time < until);
}

const ids = (count: number): string[] => Array.from({ length: count }, () => newId<Id<string>>());

/** Puts a world into an empty database (what was there goes). */
export async function storeWorld(database: DataSource, world: World): Promise<StoredWorld> {
  const users = ids(world.userActive.length);
  const userGroups = ids(world.userGroups.length);
  const assets = ids(world.assetActive.length);
  const assetGroups = ids(world.assetGroups.length);
  const systemUsers = ids(world.systemUsers);
  const rules = ids(world.rules.length);
  await database.query(
    'TRUNCATE users, user_groups, assets, asset_groups, system_users, authorization_rules CASCADE',
  );
  const insert = async (table: { name: string }, rows: object[]): Promise<void> => {
    const { tableName, columns } = database.getMetadata(table.name);
    for (const row of rows) {
      const entries = Object.entries(row).map(([property, value]) => [
        columns.find((column) => column.propertyName === property)?.databaseName ?? property,
        value as unknown,
      ]);
      const names = entries.map(([name]) => `"${String(name)}"`).join(', ');
      const values = entries.map((_entry, index) => `$${index + 1}`).join(', ');
      await database.query(
        `INSERT INTO ${tableName} (${names}) VALUES (${values})`,
        entries.map(([, value]) => value),
      );
    }
  };
  await insert(
    User,
    users.map((id, n) => ({
      ...{ id, username: `user${n}`, name: '', role: 'user' },
      ...{ active: world.userActive[n], validUntil: world.userValidUntil[n] },
    })),
  );
  await insert(
    UserGroup,
    userGroups.map((id, n) => ({ id, name: `people${n}` })),
  );
  await insert(
    UserGroupMember,
    world.userGroups.flatMap((members, n) =>
      [...new Set(members)].map((user) => ({ groupId: userGroups[n], userId: users[user] })),
    ),
  );
  await insert(
    Asset,
    assets.map((id, n) => ({ id, name: `asset${n}`, address: `192.0.2.${n}`, active: world.assetActive[n] })),
  );
  await insert(
    AssetGroup,
    world.assetGroups.map(({ parent }, n) => ({
      id: assetGroups[n],
      name: `group${n}`,
      parentId: parent === null ? null : assetGroups[parent],
    })),
  );
  await insert(
    AssetGroupMember,
    world.assetGroups.flatMap(({ members }, n) =>
      [...new Set(members)].map((asset) => ({ groupId: assetGroups[n], assetId: assets[asset] })),
    ),
  );
  await insert(
    SystemUser,
    systemUsers.map((id, n) => ({ id, username: `system${n}` })),
  );
  const pairs = new Map(world.pushes.map((push) => [`${push[0]}/${push[1]}`, push]));
  for (const [systemUser, asset, succeeded] of pairs.values()) {
    const pushId = newId<Id<'push'>>();
    const at = { mode: 'record-only', systemUserId: systemUsers[systemUser] };
    const told = { systemUsername: `system${systemUser}`, state: 'succeeded', requestedBy: 'test' };
    await insert(Push, [{ id: pushId, ...at, ...told }]);
    const record = { id: newId<Id<string>>(), ...at, assetId: assets[asset], pushId, succeeded };
    await insert(PushRecord, [{ ...record, pushedAt: new Date(), pushedBy: 'test' }]);
  }
  await insert(
    AuthorizationRule,
    world.rules.map(({ active, actions, validFrom, validUntil, hours }, n) => ({
      id: rules[n],
      name: `rule${n}`,
      active,
      actions,
      validFrom,
      validUntil,
      hoursTimeZone: hours?.timeZone ?? null,
      hoursMinutes: hours && toMinutes(hours),
    })),
  );
  const sides = <T extends object>(
    side: (rule: WorldRule) => number[],
    row: (ruleId: string, number: number) => T,
  ): T[] =>
    world.rules.flatMap((rule, n) => [...new Set(side(rule))].map((number) => row(rules[n] ?? '', number)));
  await insert(
    RuleUser,
    sides(
      (rule) => rule.users,
      (ruleId, n) => ({ ruleId, userId: users[n] }),
    ),
  );
  await insert(
    RuleUserGroup,
    sides(
      (rule) => rule.userGroups,
      (ruleId, n) => ({ ruleId, userGroupId: userGroups[n] }),
    ),
  );
  await insert(
    RuleAsset,
    sides(
      (rule) => rule.assets,
      (ruleId, n) => ({ ruleId, assetId: assets[n] }),
    ),
  );
  await insert(
    RuleAssetGroup,
    sides(
      (rule) => rule.assetGroups,
      (ruleId, n) => ({ ruleId, assetGroupId: assetGroups[n] }),
    ),
  );
  await insert(
    RuleSystemUser,
    sides(
      (rule) => rule.systemUsers,
      (ruleId, n) => ({ ruleId, systemUserId: systemUsers[n] }),
    ),
  );
  return { users, assets, systemUsers };
}
