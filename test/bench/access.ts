import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { Authorizer, ReachableAssets, type AccessRequest } from '#libs/authorization';
import { ACTIONS } from '#libs/contracts';
import { asId, systemClock, type AssetId, type SystemUserId, type UserId } from '#libs/kernel';
import { startThrowAwayDatabase } from '../database/throw-away-database.js';
import { quantile, type Figures } from './figures.js';

const USERS = 10_000;
export const ASSETS = 50_000;
const RULES = 1_000;
const CHECKS = 3_000;
const PAGES = 300;
const PAGE_SIZE = 50;
const CHECK_TARGET_MS = 5;
const PAGE_TARGET_MS = 50;

/** Members of one side of a rule: `count` of `total`, by a formula that repeats from run to run. */
const side = (link: string, column: string, table: string, count: number, total: number): string => `
  INSERT INTO ${link} (rule_id, ${column})
  SELECT DISTINCT r.id, m.id
  FROM (SELECT id, row_number() OVER (ORDER BY name) AS n FROM authorization_rules) r
  CROSS JOIN generate_series(1, ${count}) k
  JOIN (SELECT id, row_number() OVER (ORDER BY ${table.endsWith('users') ? 'username' : 'name'}) AS n FROM ${table}) m
    ON m.n = 1 + (r.n * 7919 + k * 104729) % ${total}`;

/**
 * A big company: users in three of 500 groups, assets in nested groups, four system users pushed to each asset, rules
 * with all kinds of sides, some with periods and hours, one in ten inactive. `everything` reaches all assets.
 */
export const BIG_COMPANY = [
  `INSERT INTO users (id, username, name, role, active)
   SELECT gen_random_uuid(), 'user' || to_char(n, 'FM00000'), 'User ' || n, 'user', n % 100 <> 0 FROM generate_series(1, ${USERS}) n`,
  `INSERT INTO user_groups (id, name) SELECT gen_random_uuid(), 'people' || to_char(n, 'FM000') FROM generate_series(1, 500) n`,
  `INSERT INTO user_group_members (group_id, user_id)
   SELECT DISTINCT g.id, u.id FROM (SELECT id, row_number() OVER (ORDER BY username) AS n FROM users) u
   CROSS JOIN generate_series(1, 3) k
   JOIN (SELECT id, row_number() OVER (ORDER BY name) AS n FROM user_groups) g ON g.n = 1 + (u.n * 31 + k * 163) % 500`,
  `INSERT INTO asset_groups (id, name) SELECT gen_random_uuid(), 'group' || to_char(n, 'FM000') FROM generate_series(1, 300) n`,
  `UPDATE asset_groups g SET parent_id = p.id FROM asset_groups p
   WHERE p.name = 'group' || to_char(substring(g.name from 6)::int / 10, 'FM000') AND substring(g.name from 6)::int >= 10`,
  `INSERT INTO assets (id, name, address, comment, active)
   SELECT gen_random_uuid(), 'host-' || to_char(n, 'FM00000'), '10.' || n / 62500 || '.' || n / 250 % 250 || '.' || n % 250,
     CASE n % 3 WHEN 0 THEN 'team ' || n % 97 ELSE '' END, n % 50 <> 0 FROM generate_series(1, ${ASSETS}) n`,
  `INSERT INTO asset_group_members (group_id, asset_id)
   SELECT DISTINCT g.id, a.id FROM (SELECT id, row_number() OVER (ORDER BY name) AS n FROM assets) a
   JOIN (SELECT id, row_number() OVER (ORDER BY name) AS n FROM asset_groups) g ON g.n = 1 + (a.n * 13) % 300`,
  `INSERT INTO system_users (id, username) SELECT gen_random_uuid(), 'sys' || to_char(n, 'FM00') FROM generate_series(1, 40) n`,
  `INSERT INTO pushes (id, mode, system_user_id, system_username, state, requested_by)
   SELECT gen_random_uuid(), 'record-only', id, username, 'succeeded', 'bench' FROM system_users`,
  `INSERT INTO push_records (id, mode, system_user_id, asset_id, push_id, succeeded, pushed_at, pushed_by)
   SELECT gen_random_uuid(), 'record-only', s.id, a.id, p.id, true, now(), 'bench'
   FROM (SELECT id, row_number() OVER (ORDER BY name) AS n FROM assets) a
   CROSS JOIN generate_series(0, 3) k
   JOIN (SELECT id, row_number() OVER (ORDER BY username) AS n FROM system_users) s ON s.n = 1 + (a.n + k * 10) % 40
   JOIN pushes p ON p.system_user_id = s.id`,
  `INSERT INTO authorization_rules (id, name, active, actions, valid_from, valid_until, hours_time_zone, hours_minutes)
   SELECT gen_random_uuid(), 'rule' || to_char(n, 'FM0000'), n % 10 <> 0, '{${ACTIONS.join(',')}}',
     CASE n % 10 WHEN 1 THEN now() - interval '1 day' END, CASE n % 10 WHEN 2 THEN now() + interval '1 day' END,
     CASE n % 10 WHEN 3 THEN 'Asia/Shanghai' END, CASE n % 10 WHEN 3 THEN '{[0,10080)}'::int4multirange END
   FROM generate_series(1, ${RULES}) n`,
  side('rule_users', 'user_id', 'users', 5, USERS),
  side('rule_user_groups', 'user_group_id', 'user_groups', 2, 500),
  side('rule_assets', 'asset_id', 'assets', 10, ASSETS),
  side('rule_asset_groups', 'asset_group_id', 'asset_groups', 2, 300),
  side('rule_system_users', 'system_user_id', 'system_users', 3, 40),
  `INSERT INTO users (id, username, name, role) VALUES (gen_random_uuid(), 'everything', '', 'user')`,
  `INSERT INTO authorization_rules (id, name, actions) VALUES (gen_random_uuid(), 'everything', '{connect}')`,
  `INSERT INTO rule_users (rule_id, user_id)
   SELECT r.id, u.id FROM authorization_rules r, users u WHERE r.name = 'everything' AND u.username = 'everything'`,
  `INSERT INTO rule_asset_groups (rule_id, asset_group_id)
   SELECT r.id, g.id FROM authorization_rules r, asset_groups g WHERE r.name = 'everything'`,
  `INSERT INTO rule_system_users (rule_id, system_user_id)
   SELECT r.id, s.id FROM authorization_rules r, system_users s WHERE r.name = 'everything'`,
  'VACUUM ANALYZE',
];

const asks = z.array(z.object({ userId: z.string(), assetId: z.string(), systemUserId: z.string() }));
const people = z.array(z.object({ id: z.string(), username: z.string() }));

/** B8: a check, and a user's first page, at 10,000 users × 50,000 assets × 1,000 rules; and who reaches everything. */
export async function measureAccess(): Promise<Figures> {
  const postgres = await startThrowAwayDatabase({ migrated: true });
  const database = await postgres.open();
  try {
    for (const statement of BIG_COMPANY) await database.query(statement);
    return await measure(database);
  } finally {
    await postgres.stop();
  }
}

async function measure(database: DataSource): Promise<Figures> {
  const authorizer = new Authorizer(database, systemClock);
  const reachable = new ReachableAssets(database, systemClock);
  const users = people.parse(
    await database.query(
      `SELECT id, username FROM users WHERE active ORDER BY username = 'everything' DESC, md5(username) LIMIT ${PAGES + 1}`,
    ),
  );
  const [everything, ...others] = users.map(({ id }) => asId<UserId>(id));
  if (!everything) throw new Error('the generator made nobody');
  const first = (userId: UserId, more: object = {}) =>
    reachable.list(userId, { offset: 0, limit: PAGE_SIZE, ...more });
  const samples: Record<string, number[]> = {
    'a check': await timed(await requests(database), (request) => authorizer.authorize(request)),
    'a user’s first page': await timed(others, (userId) => first(userId)),
    'a user’s search': await timed(others, (userId) => first(userId, { q: 'host-012' })),
    'first page of all assets': await timed(
      Array.from({ length: 20 }, () => everything),
      (userId) => first(userId),
    ),
    'search in all assets': await timed(
      Array.from({ length: 20 }, () => everything),
      (userId) => first(userId, { q: 'team 12' }),
    ),
  };
  const worst = (what: string, share: number): number => quantile(samples[what] ?? [], share);
  return {
    id: 'B8',
    title: `who may do what, ${USERS} users × ${ASSETS} assets × ${RULES} rules`,
    columns: ['asked', 'median ms', 'p95 ms', 'p99 ms'],
    rows: Object.entries(samples).map(([what, series]) => [
      what,
      ...[0.5, 0.95, 0.99].map((share) => quantile(series, share).toFixed(1)),
    ]),
    samples,
    verdict: `Asked for: check p99 ≤ ${CHECK_TARGET_MS} ms, first page p95 ≤ ${PAGE_TARGET_MS} ms. Measured: ${worst('a check', 0.99).toFixed(1)} and ${worst('a user’s first page', 0.95).toFixed(1)} ms.`,
  };
}

/** Users with pairs of asset and system user that a push record names. */
async function requests(database: DataSource): Promise<AccessRequest[]> {
  const rows = asks.parse(
    await database.query(
      `SELECT u.id AS "userId", p.asset_id AS "assetId", p.system_user_id AS "systemUserId"
       FROM (SELECT id, row_number() OVER (ORDER BY md5(username)) AS n FROM users WHERE username <> 'everything') u
       JOIN (SELECT asset_id, system_user_id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM push_records) p USING (n)
       LIMIT ${CHECKS}`,
    ),
  );
  return rows.map(({ userId, assetId, systemUserId }) => ({
    userId: asId<UserId>(userId),
    assetId: asId<AssetId>(assetId),
    systemUserId: asId<SystemUserId>(systemUserId),
    action: 'connect',
  }));
}

/** Milliseconds of each; the first tenth warms up. */
async function timed<T>(subjects: T[], work: (subject: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const subject of subjects) {
    const start = performance.now();
    await work(subject);
    times.push(performance.now() - start);
  }
  return times.slice(Math.floor(subjects.length / 10));
}
