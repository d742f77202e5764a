import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Authorizer,
  Explainer,
  ReachableAssets,
  UserAccess,
  WEEKDAYS,
  type AccessRequest,
  type RefusalReason,
} from '#libs/authorization';
import { ACTIONS, type Action } from '#libs/contracts';
import { asId, type UserId } from '#libs/kernel';
import { modelAllows, storeWorld, type World } from './access-world.js';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const now = new Date('2026-06-01T12:00:00Z');
const USERS = 3;
const ASSETS = 4;
const SYSTEM_USERS = 2;
const GROUPS = 3;

const some = (count: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { maxLength: count });
const moment = fc.option(
  fc.constantFrom(-1, 0, 1).map((hours) => new Date(now.getTime() + hours * 3_600_000)),
  { freq: 2 },
);
/** Hours about the moment (20:00 of a Monday there) or far from it. */
const hours = fc.option(
  fc.record({
    timeZone: fc.constant('Asia/Shanghai'),
    windows: fc.array(
      fc.record({
        days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
        from: fc.constantFrom('00:00', '20:00', '20:01', '22:30'),
        until: fc.constantFrom('06:15', '20:00', '20:01', '24:00'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  { freq: 2 },
);
const rule = fc.record({
  active: fc.boolean(),
  validFrom: moment,
  validUntil: moment,
  hours,
  actions: fc.subarray([...ACTIONS]),
  users: some(USERS),
  userGroups: some(GROUPS),
  assets: some(ASSETS),
  assetGroups: some(GROUPS),
  systemUsers: some(SYSTEM_USERS),
});
const world: fc.Arbitrary<World> = fc.record({
  userActive: fc.array(fc.boolean(), { minLength: USERS, maxLength: USERS }),
  userValidUntil: fc.array(moment, { minLength: USERS, maxLength: USERS }),
  userGroups: fc.array(some(USERS), { minLength: GROUPS, maxLength: GROUPS }),
  assetActive: fc.array(fc.boolean(), { minLength: ASSETS, maxLength: ASSETS }),
  assetGroups: fc
    .tuple(some(ASSETS), some(ASSETS), some(ASSETS), fc.constantFrom(null, 0), fc.constantFrom(null, 0, 1))
    .map(([a, b, c, parentOfB, parentOfC]) => [
      { members: a, parent: null },
      { members: b, parent: parentOfB },
      { members: c, parent: parentOfC },
    ]),
  systemUsers: fc.constant(SYSTEM_USERS),
  pushes: fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: SYSTEM_USERS - 1 }),
      fc.integer({ min: 0, max: ASSETS - 1 }),
      fc.boolean(),
    ),
    { maxLength: 8 },
  ),
  rules: fc.array(rule, { maxLength: 5 }),
});

/** Each takes three statements. */
const ASKS_TO_EXPLAIN = 4;
const REASONS_OF_RULES: RefusalReason[] = ['no_rule', 'outside_period', 'action_not_allowed'];

const everyAsk = Array.from({ length: USERS * ASSETS * SYSTEM_USERS }, (_, n) => ({
  user: n % USERS,
  asset: Math.floor(n / USERS) % ASSETS,
  systemUser: Math.floor(n / USERS / ASSETS),
}));

describe('authorization against a slow, obvious model', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
  });
  afterAll(() => postgres.stop());

  it(
    'decides as the model does, lists exactly what it would grant, and explains what it decided',
    { timeout: 120_000 },
    async () => {
      const authorizer = new Authorizer(database, { now: () => now });
      const access = new UserAccess(database, { now: () => now });
      const reachable = new ReachableAssets(database, { now: () => now });
      const explainer = new Explainer(database, authorizer, { now: () => now });
      await fc.assert(
        fc.asyncProperty(world, fc.constantFrom<Action>(...ACTIONS), async (sample, action) => {
          const ids = await storeWorld(database, sample);
          const requests = everyAsk.map(({ user, asset, systemUser }) => ({
            userId: asId(ids.users[user] ?? ''),
            assetId: asId(ids.assets[asset] ?? ''),
            systemUserId: asId(ids.systemUsers[systemUser] ?? ''),
            action,
          })) as AccessRequest[];
          const decisions = await authorizer.authorizeAll(requests);
          const expected = everyAsk.map((ask) => modelAllows(sample, now, { ...ask, action }));
          expect(decisions.map((decision) => decision.granted)).toEqual(expected);

          for (const request of requests.slice(0, ASKS_TO_EXPLAIN)) {
            const { granted, obstacles, rules } = await explainer.explain(request);
            expect(granted).toBe(decisions[requests.indexOf(request)]?.granted);
            expect(obstacles.length === 0).toBe(granted);
            const ofRules = obstacles.filter((reason) => REASONS_OF_RULES.includes(reason));
            expect(rules.some(({ gaps }) => gaps.length === 0)).toBe(ofRules.length === 0);
          }

          const counts = await access.countAssets(ids.users.map((id) => asId<UserId>(id)));
          for (const [user, id] of ids.users.entries()) {
            const { items, total } = await reachable.list(asId<UserId>(id), { offset: 0, limit: 100 });
            const listed = items.flatMap((asset) =>
              asset.systemUsers.map((account) => `${asset.id} ${account.id}`),
            );
            const granted = everyAsk
              .filter(
                (ask) =>
                  ask.user === user &&
                  ACTIONS.some((each) => modelAllows(sample, now, { ...ask, action: each })),
              )
              .map((ask) => `${ids.assets[ask.asset] ?? ''} ${ids.systemUsers[ask.systemUser] ?? ''}`);
            expect(listed.sort()).toEqual(granted.sort());
            expect(total).toBe(items.length);
            const ways = await access.list(asId<UserId>(id), { page: 1, pageSize: 100 });
            expect(ways.items.map((way) => `${way.assetId} ${way.systemUserId}`).sort()).toEqual(granted);
            expect(ways.items.every(({ rules }) => rules.length > 0)).toBe(true);
            expect(counts.get(asId<UserId>(id)) ?? 0).toBe(total);
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});
