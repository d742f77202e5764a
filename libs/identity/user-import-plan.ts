import type { Role } from '#libs/contracts';
import { changesOf, type DraftRow, type PlannedRow } from '#libs/database';
import {
  faultWith,
  parsePublicKey,
  ValidationFailed,
  type FieldError,
  type SshPublicKey,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import type { UserProfile } from './user-rows.js';

/** What a row of a spreadsheet may give a user. Never a password. */
export interface UserImportFields {
  name?: string | undefined;
  email?: string | null | undefined;
  role?: Role | undefined;
  /** By their names. */
  groups?: string[] | undefined;
  language?: string | null | undefined;
  active?: boolean | undefined;
  /** A moment in ISO 8601; null: never. */
  validUntil?: string | null | undefined;
  /** An OpenSSH line, added to the keys that the user has. */
  publicKey?: string | undefined;
}

/** All that is written of a user. */
export interface UserState {
  username: string;
  name: string;
  email: string | null;
  role: Role;
  active: boolean;
  validUntil: string | null;
  language: string | null;
  groupIds: UserGroupId[];
}

/** A key to register. */
export type PlannedKey = Pick<SshPublicKey, 'type' | 'blob' | 'fingerprint'> & { name: string };

/** A planned row with the state that it leads to, unless it is refused. */
export interface UserPlan extends PlannedRow {
  /** null: a new user. */
  before: UserProfile | null;
  state: UserState | null;
  key: PlannedKey | null;
}

/** What there is now. */
export interface UserWorld {
  /** By user name. */
  users: ReadonlyMap<string, UserProfile>;
  groups: ReadonlyMap<string, UserGroupId>;
  /** Who has which of the keys that the rows name, by blob. */
  keyOwners: ReadonlyMap<string, UserId>;
  /** Who counts as an administrator for good. */
  adminIds: ReadonlySet<UserId>;
}

const KEYS_PER_USER = 100;
const MAX_KEY_NAME = 128;

/** Says what would become of each row; nothing is written. */
export function planUsers(world: UserWorld, drafts: readonly DraftRow<UserImportFields>[]): UserPlan[] {
  const named = new Map<string, number>();
  const names = new Map([...world.groups].map(([name, id]) => [id, name]));
  const plans = drafts.map((draft) => planUser(world, names, named, draft));
  return keepAnAdmin(world, plans);
}

function planUser(
  world: UserWorld,
  names: ReadonlyMap<UserGroupId, string>,
  named: Map<string, number>,
  { row, name: username, fields }: DraftRow<UserImportFields>,
): UserPlan {
  const before = world.users.get(username) ?? null;
  const errors: FieldError[] = [];
  if (!before && fields.name === undefined)
    errors.push({ field: 'name', code: 'required', message: 'A new user needs this.' });
  const groupIds = fields.groups?.flatMap((group) => {
    const id = world.groups.get(group);
    if (id !== undefined) return [id];
    const message = `There is no user group ${group}; add it first, or correct the name.`;
    errors.push({ field: 'groups', code: 'unknown_user_group', message, params: { what: group } });
    return [];
  });
  const key = keyOf(world, named, before, row, fields.publicKey, errors);
  if (errors.length > 0)
    return { row, outcome: 'refused', changes: [], errors, before, state: null, key: null };
  const state = merge(before, username, fields, groupIds);
  const shown = (each: UserState): Record<string, unknown> => {
    const { username: _, groupIds: ids, ...plain } = each;
    return { ...plain, groups: ids.map((id) => names.get(id) ?? '').sort() };
  };
  const after = Object.entries(shown(state)).filter(([field]) => field in fields);
  const changes = changesOf(before && shown(stateOf(before)), Object.fromEntries(after));
  if (key) changes.push({ field: 'publicKey', before: null, after: key.fingerprint });
  const outcome = before ? (changes.length > 0 ? 'changed' : 'unchanged') : 'added';
  return { row, outcome, changes, errors, before, state, key };
}

/** The key to register; null: none is given, or the user has it. */
function keyOf(
  { keyOwners }: UserWorld,
  named: Map<string, number>,
  before: UserProfile | null,
  row: number,
  line: string | undefined,
  errors: FieldError[],
): PlannedKey | null {
  if (line === undefined) return null;
  try {
    const { comment, type, blob, fingerprint } = parsePublicKey(line);
    const owner = keyOwners.get(blob);
    if (owner !== undefined && owner === before?.id) return null;
    if (owner !== undefined || named.has(blob)) {
      const message = 'Somebody else has this key already; a key names one user.';
      errors.push({ field: 'publicKey', code: 'already_taken', message });
    } else if ((before?.publicKeyCount ?? 0) >= KEYS_PER_USER)
      errors.push({
        field: 'publicKey',
        ...faultWith('too_many', `At most ${KEYS_PER_USER} keys are allowed.`, { max: KEYS_PER_USER }),
      });
    named.set(blob, row);
    return { type, blob, fingerprint, name: comment.trim().slice(0, MAX_KEY_NAME) || type };
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    errors.push(...error.errors);
    return null;
  }
}

function merge(
  before: UserProfile | null,
  username: string,
  { name, email, role, active, validUntil, language }: UserImportFields,
  groupIds: UserGroupId[] | undefined,
): UserState {
  const blank = {
    email: null,
    role: 'user' as const,
    active: true,
    validUntil: null,
    language: null,
    groupIds: [],
  };
  const moment = validUntil && new Date(validUntil).toISOString();
  const given = {
    name,
    email,
    role,
    active,
    validUntil: moment,
    language,
    groupIds: groupIds && [...new Set(groupIds)],
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const start = before ? stateOf(before) : { ...blank, username, name: '' };
  return Object.assign({}, start, Object.fromEntries(set));
}

function stateOf({
  username,
  name,
  email,
  role,
  active,
  validUntil,
  language,
  groupIds,
}: UserProfile): UserState {
  return {
    username,
    name,
    email,
    role,
    active,
    validUntil: validUntil?.toISOString() ?? null,
    language,
    groupIds,
  };
}

const administers = ({ role, active, validUntil }: UserState): boolean =>
  role === 'admin' && active && validUntil === null;

/** Somebody must be left who can administer: if nobody would be, whoever is to stop being one stays. */
function keepAnAdmin({ adminIds }: UserWorld, plans: UserPlan[]): UserPlan[] {
  const loses = ({ before, state }: UserPlan): boolean =>
    before !== null && state !== null && adminIds.has(before.id) && !administers(state);
  const losers = plans.filter(loses);
  const gained = plans.some(
    ({ before, state }) => state && administers(state) && !(before && adminIds.has(before.id)),
  );
  if (losers.length < adminIds.size || gained || losers.length === 0) return plans;
  const error = {
    field: 'role',
    code: 'last_admin',
    message: 'At least one active administrator must remain.',
  };
  return plans.map((plan) =>
    loses(plan)
      ? { ...plan, outcome: 'refused', changes: [], errors: [error], state: null, key: null }
      : plan,
  );
}
