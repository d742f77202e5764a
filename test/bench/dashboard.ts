import type { DataSource } from 'typeorm';
import { openDatabase } from '#libs/database';
import { ApiFixture, type ApiClient } from '../api/api-fixture.js';
import { quantile, type Figures } from './figures.js';

/** As many a day as 10 million have in a year: what lies before the last 30 days is never looked at. */
const SESSIONS = 1_000_000;
const DAYS = 36.5;
const USERS = 10_000;
const ASSETS = 50_000;
const ROUNDS = 30;
const TARGET_MS = 200;

/** Some users and assets come far more often than others; 2,000 sessions are under way, one push in fifty failed. */
const GENERATOR = [
  `INSERT INTO users (id, username, name, role)
   SELECT md5('u' || n)::uuid, 'user' || n, 'User ' || n, 'user' FROM generate_series(1, ${USERS}) n`,
  `INSERT INTO assets (id, name, address)
   SELECT md5('a' || n)::uuid, 'host-' || n, '10.' || n / 62500 || '.' || n / 250 % 250 || '.' || n % 250
   FROM generate_series(1, ${ASSETS}) n`,
  `INSERT INTO sessions (id, kind, user_id, username, asset_id, asset_name, system_user_id, system_username,
     source_address, gateway_id, started_at, ended_at, end_reason)
   SELECT gen_random_uuid(), 'ssh', md5('u' || u)::uuid, 'user' || u, md5('a' || a)::uuid, 'host-' || a,
     md5('s')::uuid, 'dev', '192.0.2.7', md5('g')::uuid, at,
     CASE WHEN n > 2000 THEN at + interval '10 minutes' END, CASE WHEN n > 2000 THEN 'logout' END
   FROM (SELECT n, now() - n * interval '${DAYS} days' / ${SESSIONS} AS at,
           1 + floor(power(random(), 2) * ${USERS})::int AS u, 1 + floor(power(random(), 2) * ${ASSETS})::int AS a
         FROM generate_series(${SESSIONS}, 1, -1) n) AS made`,
  `INSERT INTO login_attempts (id, at, username, user_id, address, way, method, succeeded)
   SELECT gen_random_uuid(), now() - n * interval '10 seconds', 'user' || n % ${USERS}, md5('u' || n % ${USERS})::uuid,
     '192.0.2.7', 'ssh', 'publickey', n % 20 <> 0 FROM generate_series(1, 500000) n`,
  `INSERT INTO system_users (id, username) SELECT md5('s' || n)::uuid, 'sys' || n FROM generate_series(1, 4) n`,
  `INSERT INTO pushes (id, mode, system_user_id, system_username, state, requested_by)
   SELECT id, 'key', id, username, 'succeeded', 'bench' FROM system_users`,
  `INSERT INTO push_records (id, mode, system_user_id, asset_id, push_id, succeeded, failure, pushed_at, pushed_by)
   SELECT gen_random_uuid(), 'key', s.id, a.id, s.id, a.n % 50 <> 0, CASE WHEN a.n % 50 = 0 THEN 'timeout' END,
     now() - a.n * interval '1 minute', 'bench'
   FROM (SELECT id, row_number() OVER (ORDER BY name) AS n FROM assets) a CROSS JOIN system_users s`,
  // as if they had been sealed when they ended
  'TRUNCATE audit_queue',
  'VACUUM ANALYZE',
];

const FORGET = 'TRUNCATE session_figures, session_counts, session_totals';
/** As if the last day that is over had just ended. */
const FORGET_LAST_DAY = [
  `DELETE FROM session_counts WHERE day = (SELECT max(day) FROM session_counts)`,
  'DELETE FROM session_totals',
  `DELETE FROM session_figures WHERE starts_at > now() - interval '48 hours'`,
];

/** B12: the dashboard, over HTTP. */
export async function measureDashboard(): Promise<Figures> {
  const api = await ApiFixture.start();
  const database = await openDatabase(api.databaseUrl);
  try {
    for (const statement of GENERATOR) await database.query(statement);
    return await measure(api, database);
  } finally {
    await database.destroy();
    await api.stop();
  }
}

async function measure(api: ApiFixture, database: DataSource): Promise<Figures> {
  const some = await api.addUser('somebody');
  await database.query(
    `UPDATE sessions SET user_id = $1 WHERE user_id = md5('u1')::uuid AND started_at > now() - interval '30 days'`,
    [some.id],
  );
  const admin = (zone: string): Promise<number> => timed(api.admin, `/dashboard?timeZone=${zone}`);
  const samples: Record<string, number[]> = {};
  const take = async (what: string, rounds: number, work: () => Promise<number>): Promise<void> => {
    samples[what] = [];
    for (let round = 0; round < rounds; round++) samples[what].push(await work());
  };
  await take('nothing counted yet (the api does it when it starts)', 1, async () => {
    await database.query(FORGET);
    return admin('UTC');
  });
  await take('dashboard', ROUNDS, () => admin('UTC'));
  await take('first look in a time zone of other days', 1, () => admin('Asia/Kathmandu'));
  await take('dashboard in that zone', ROUNDS, () => admin('Asia/Kathmandu'));
  await take('first look after a day has ended', 5, async () => {
    for (const statement of FORGET_LAST_DAY) await database.query(statement);
    return admin('UTC');
  });
  await take('a user’s own', ROUNDS, () => timed(some.client, '/me/dashboard?timeZone=Asia/Kathmandu'));
  const worst = Math.max(
    ...['dashboard', 'dashboard in that zone'].map((what) => quantile(samples[what] ?? [], 0.95)),
  );
  return {
    id: 'B12',
    title: `dashboard, ${SESSIONS} sessions in ${DAYS} days, ${USERS} users, ${ASSETS} assets, over HTTP`,
    columns: ['asked', 'median ms', 'p95 ms'],
    rows: Object.entries(samples).map(([what, series]) => [
      what,
      quantile(series, 0.5).toFixed(1),
      quantile(series, 0.95).toFixed(1),
    ]),
    samples,
    verdict: `Asked for: ≤ ${TARGET_MS} ms. Dashboard p95: ${worst.toFixed(1)} ms.`,
  };
}

async function timed(client: ApiClient, path: string): Promise<number> {
  const start = performance.now();
  await client.get(path).expect(200);
  return performance.now() - start;
}
