import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { DEFAULT_ACTIONS, type Action } from '#libs/contracts';
import {
  Asset,
  AssetGroup,
  AuthorizationRule,
  changedFields,
  readPage,
  replaceLinks,
  requireKnown,
  SystemUser,
  User,
  UserGroup,
  type Page,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  newId,
  NotFound,
  ValidationFailed,
  type Actor,
  type AssetGroupId,
  type AssetId,
  type RuleId,
  type SystemUserId,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import { requirePushed } from './push-check.js';
import { checkRule, type RuleTerms } from './rule-check.js';
import {
  linksOf,
  readRule,
  ruleList,
  ruleSides,
  ruleRow,
  type RuleFilter,
  type RuleSide,
  type RuleRow,
} from './rule-rows.js';
import { toMinutes, type WeekHours } from './week-hours.js';

/** A new rule. */
export interface RuleDraft {
  name: string;
  comment?: string | undefined;
  userIds?: UserId[] | undefined;
  userGroupIds?: UserGroupId[] | undefined;
  assetIds?: AssetId[] | undefined;
  assetGroupIds?: AssetGroupId[] | undefined;
  systemUserIds?: SystemUserId[] | undefined;
  /** Absent: {@link DEFAULT_ACTIONS}. */
  actions?: Action[] | undefined;
  /** What may be reached from the assets by port forwarding, see `destinations.ts`. Absent: nothing. */
  forwardDestinations?: string[] | undefined;
  validFrom?: Date | null | undefined;
  /** The moment itself no longer counts. */
  validUntil?: Date | null | undefined;
  /** null: always. */
  hours?: WeekHours | null | undefined;
  active?: boolean | undefined;
}

/** What is given changes; a side that is given is replaced. */
export type RuleChange = { [K in keyof RuleDraft]?: RuleDraft[K] | undefined };

/** What the ids of each side name. */
const MEMBERS: Readonly<Record<RuleSide, { entity: EntityTarget<ObjectLiteral>; what: string }>> = {
  userIds: { entity: User, what: 'user' },
  userGroupIds: { entity: UserGroup, what: 'user group' },
  assetIds: { entity: Asset, what: 'asset' },
  assetGroupIds: { entity: AssetGroup, what: 'asset group' },
  systemUserIds: { entity: SystemUser, what: 'system user' },
};

/** The authorization rules. They add up; what none gives is refused. */
export class RuleBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page; `q` is looked for in name and comment. */
  list(filter: RuleFilter): Promise<Page<RuleRow>> {
    const { sql, parameters } = ruleList(filter);
    return readPage(this.dataSource, ruleRow, sql, parameters, filter);
  }

  /** @throws NotFound */
  get(id: RuleId): Promise<RuleRow> {
    return readRule(this.dataSource, id);
  }

  /** @throws ValidationFailed: a side is empty or names what isn't there; NotPushed */
  async create(actor: Actor, draft: RuleDraft): Promise<RuleRow> {
    const terms = checkRule({ ...emptyRule, ...given(draft) });
    return this.unitOfWork.run(actor, async (tx) => {
      await requireMembers(tx, draft);
      await requireTimeZone(tx, draft);
      await requirePushed(tx.manager, terms);
      const id = newId<RuleId>();
      await tx.of(AuthorizationRule).insert({ id, ...columnsOf(terms) });
      await writeSides(tx, id, terms);
      const view = await readRule(tx.manager, id);
      await record(tx, 'authorization-rule.create', view, { after: facts(view) });
      await tx.notify('access.changed', { reason: 'authorization-rule.create' });
      return view;
    });
  }

  /** @throws NotFound, and as {@link create} for what the change adds. */
  update(actor: Actor, id: RuleId, change: RuleChange): Promise<RuleRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRules(tx, [id]);
      const before = await readRule(tx.manager, id);
      const terms = checkRule({ ...termsOf(before), ...given(change) }, before);
      await requireMembers(tx, change);
      await requireTimeZone(tx, change);
      await requirePushed(tx.manager, terms, before);
      await tx.of(AuthorizationRule).update(id, columnsOf(terms));
      await writeSides(tx, id, change);
      const view = await readRule(tx.manager, id);
      const changes = changedFields(facts(before), facts(view));
      if (changes) {
        await record(tx, 'authorization-rule.update', view, changes);
        await tx.notify('access.changed', { reason: 'authorization-rule.update' });
      }
      return view;
    });
  }

  /** @throws NotFound */
  remove(actor: Actor, id: RuleId): Promise<void> {
    return this.unitOfWork.run(actor, (tx) => remove(tx, [id]));
  }

  /** Deletes all of them or none. @throws ValidationFailed at `ids` when one doesn't exist */
  removeAll(actor: Actor, ids: readonly RuleId[]): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      await requireKnown(tx.manager, AuthorizationRule, ids, 'ids', 'authorization rule');
      await remove(tx, ids);
    });
  }
}

const emptyRule: RuleTerms = {
  name: '',
  comment: '',
  userIds: [],
  userGroupIds: [],
  assetIds: [],
  assetGroupIds: [],
  systemUserIds: [],
  actions: [...DEFAULT_ACTIONS],
  forwardDestinations: [],
  validFrom: null,
  validUntil: null,
  hours: null,
  active: true,
};

/** Only what is given: an absent field must not overwrite what stands there. */
function given(change: RuleChange): Partial<RuleTerms> {
  return Object.fromEntries(
    Object.entries(change).filter(([, value]: [string, unknown]) => value !== undefined),
  );
}

function termsOf({ id: _id, createdAt: _created, updatedAt: _updated, ...view }: RuleRow): RuleTerms {
  return view;
}

/** What the rule says besides its sides. */
function fieldsOf(terms: RuleTerms): Omit<RuleTerms, RuleSide> {
  const { name, comment, active, actions, forwardDestinations, validFrom, validUntil, hours } = terms;
  return { name, comment, active, actions, forwardDestinations, validFrom, validUntil, hours };
}

/** The columns of the rule's own row. */
function columnsOf(terms: RuleTerms): Partial<AuthorizationRule> {
  const { hours, ...fields } = fieldsOf(terms);
  return { ...fields, hoursTimeZone: hours?.timeZone ?? null, hoursMinutes: hours && toMinutes(hours) };
}

async function requireMembers(tx: Transaction, change: RuleChange): Promise<void> {
  for (const side of ruleSides) {
    const { entity, what } = MEMBERS[side];
    await requireKnown(tx.manager, entity, change[side] ?? [], side, what);
  }
}

/** A zone that the database doesn't know would make every decision about the rule fail. */
async function requireTimeZone(tx: Transaction, { hours }: RuleChange): Promise<void> {
  if (!hours) return;
  const known: unknown = await tx.manager.query('SELECT FROM pg_timezone_names WHERE name = $1', [
    hours.timeZone,
  ]);
  if (Array.isArray(known) && known.length > 0) return;
  throw ValidationFailed.field(
    'hours.timeZone',
    'unknown_time_zone',
    'The database does not know this time zone.',
  );
}

async function writeSides(tx: Transaction, id: RuleId, change: RuleChange): Promise<void> {
  for (const side of ruleSides) {
    const members = change[side];
    if (members) await replaceLinks(tx.manager, linksOf(side), id, members);
  }
}

async function remove(tx: Transaction, ids: readonly RuleId[]): Promise<void> {
  for (const id of await lockRules(tx, ids)) {
    const row = await readRule(tx.manager, id);
    await record(tx, 'authorization-rule.delete', row, { before: facts(row) });
  }
  await tx.of(AuthorizationRule).delete([...ids]);
  await tx.notify('access.changed', { reason: 'authorization-rule.delete' });
}

/** Gives the ids in their order. */
async function lockRules(tx: Transaction, ids: readonly RuleId[]): Promise<RuleId[]> {
  const rules = await tx
    .of(AuthorizationRule)
    .createQueryBuilder('rule')
    .select('rule.id')
    .where('rule.id = ANY(:ids)', { ids })
    .orderBy('rule.id')
    .setLock('pessimistic_write')
    .getMany();
  if (rules.length < new Set(ids).size) throw new NotFound('authorization rule');
  return rules.map((rule) => rule.id);
}

/** What the operations log keeps of a rule. */
function facts(view: RuleRow): Record<string, unknown> {
  const sides = Object.fromEntries(ruleSides.map((side) => [side, view[side]]));
  return { ...fieldsOf(view), ...sides };
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: RuleRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({
    action,
    subjectType: 'authorization-rule',
    subjectId: id,
    subjectName: name,
    ...states,
  });
}
