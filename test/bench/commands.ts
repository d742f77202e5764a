import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { openDatabase } from '#libs/database';
import { newId, systemClock, type GatewayId } from '#libs/kernel';
import { AuditSpool, spoolStatements } from '#libs/session-audit';
import { ApiFixture } from '../api/api-fixture.js';
import { quantile, type Figures } from './figures.js';

/** GATEHOUSE_BENCH_COMMANDS: how many there are. */
const COMMANDS = Number(process.env['GATEHOUSE_BENCH_COMMANDS'] ?? 10_000_000);
const USERS = 2_000;
const ASSETS = 20_000;
const ROUNDS = 20;
const TARGET_MS = 300;
const A_SECOND = 5_000;
const SECONDS = 60;

/** SQL of an id that is the same for the same text; the API takes only ids of a known version (RFC 9562). */
const uuidOf = (text: string): string =>
  `overlay(overlay(md5(${text}) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid`;

/** A year of commands, twenty a session; some users, assets and words come far more often than others. */
const COMMAND_ROWS = `
  INSERT INTO commands (id, session_id, user_id, username, asset_id, asset_name, system_user_id, system_username,
    kind, command, certain, at, offset_ms)
  SELECT gen_random_uuid(), ${uuidOf(`'s' || n / 20`)}, ${uuidOf(`'u' || u`)}, 'user' || u, ${uuidOf(`'a' || a`)}, 'host-' || a,
    ${uuidOf(`'y' || s`)}, 'sys' || s, 'line',
    CASE n % 10
      WHEN 0 THEN 'ls -la /var/log/' || w
      WHEN 1 THEN 'cd /srv/app-' || w
      WHEN 2 THEN 'tail -n ' || n % 500 || ' /var/log/service-' || w || '.log'
      WHEN 3 THEN 'systemctl status worker-' || w
      WHEN 4 THEN 'grep -rn "' || md5(n::text) || '" .'
      WHEN 5 THEN 'sudo vi /etc/nginx/sites-enabled/site-' || w || '.conf'
      WHEN 6 THEN 'kubectl -n team-' || w || ' get pods -o wide'
      WHEN 7 THEN 'curl -s http://10.' || n % 250 || '.' || n % 240 || '.7:8080/healthz'
      WHEN 8 THEN 'ps aux | grep java'
      ELSE 'df -h'
    END,
    n % 50 <> 0, now() - interval '365 days' * (n::float8 / ${COMMANDS}), n % 60000
  FROM (SELECT n, 1 + floor(power(random(), 2) * ${USERS})::int AS u, 1 + floor(power(random(), 2) * ${ASSETS})::int AS a,
          n % 8 AS s, floor(power(random(), 3) * 5000)::int AS w
        FROM generate_series($1::int, $2::int, -1) n) AS made`;
const ROWS_AT_ONCE = 500_000;

/** Those that no constraint needs. */
const INDEXES = `
  SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index WHERE indrelid = 'commands'::regclass AND NOT indisprimary`;
const indexRows = z.array(z.object({ name: z.string(), definition: z.string() }));

/** What an auditor may ask for. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'the first page': '',
  'a word of every tenth command': 'q=systemctl',
  'a word of few commands': 'q=worker-4711',
  'a text of one command': 'q=c4ca4238a0b923820dcc509a6f75849b',
  'a text of none': 'q=rm%20-rf%20/srv/never',
  'two characters': 'q=df',
  'two characters of none': 'q=%C2%A7%C2%A7',
  'a word, of one user': 'q=systemctl&userId=USER',
  'two characters, of one user': 'q=zz&userId=USER',
  'a user': 'userId=USER',
  'an asset': 'assetId=ASSET',
  'a word, in one day half a year ago': 'q=nginx&from=FROM&to=TO',
  'an account': 'systemUserId=ACCOUNT',
  'page 200': 'page=200',
};

/** B9: records of commands, written by a gateway's spool and searched over HTTP. */
export async function measureCommands(): Promise<Figures> {
  const api = await ApiFixture.start();
  const database = await openDatabase(api.databaseUrl);
  try {
    await generate(database);
    const samples: Record<string, number[]> = {};
    const written = await write(api, database);
    for (const [what, query] of Object.entries(QUESTIONS)) samples[what] = await ask(api, database, query);
    const worst = Math.max(...Object.values(samples).map((series) => quantile(series, 0.95)));
    return {
      id: 'B9',
      title: `records of commands, ${COMMANDS} of ${USERS} users on ${ASSETS} assets, over HTTP`,
      columns: ['asked', 'median ms', 'p95 ms'],
      rows: Object.entries(samples).map(([what, series]) => [
        what,
        quantile(series, 0.5).toFixed(1),
        quantile(series, 0.95).toFixed(1),
      ]),
      samples,
      verdict: `${written} Asked for: p95 ≤ ${TARGET_MS} ms. Worst p95: ${worst.toFixed(1)} ms.`,
    };
  } finally {
    await database.destroy();
    await api.stop();
  }
}

/** The table's indexes are made when its rows stand: row by row, that of words takes most of an hour. */
async function generate(database: DataSource): Promise<void> {
  const runner = database.createQueryRunner();
  try {
    const indexes = indexRows.parse(await runner.query(INDEXES));
    for (const { name } of indexes) await runner.query(`DROP INDEX "${name}"`);
    await runner.query('ALTER TABLE commands DISABLE TRIGGER audit_queue');
    for (let last = COMMANDS; last > 0; last -= ROWS_AT_ONCE)
      await runner.query(COMMAND_ROWS, [last, Math.max(1, last - ROWS_AT_ONCE + 1)]);
    await runner.query('ALTER TABLE commands ENABLE TRIGGER audit_queue');
    await runner.query(`SET maintenance_work_mem = '1GB'`);
    for (const { definition } of indexes) await runner.query(definition);
    await runner.query('VACUUM ANALYZE commands');
    await runner.query('RESET maintenance_work_mem');
  } finally {
    await runner.release();
  }
}

/** As sessions note them: evenly, each with an id of its own. Gives what became of them, in words. */
async function write(api: ApiFixture, database: DataSource): Promise<string> {
  const { dataDir, databaseUrl } = api;
  const logger = pino({ level: 'warn' });
  const statements = spoolStatements(database);
  const spool = new AuditSpool({ dataDir, databaseUrl, statements, clock: systemClock, logger });
  await spool.open(newId<GatewayId>());
  const sessionId = newId();
  const begin = performance.now();
  let noted = 0;
  for (let tick = 0; tick < SECONDS * 20; tick++) {
    for (let one = 0; one < A_SECOND / 20; one++) spool.note('command', commandOf(sessionId, noted++));
    await sleep(Math.max(0, begin + (tick + 1) * 50 - performance.now()));
  }
  const took = performance.now() - begin;
  await spool.settled();
  const behind = performance.now() - begin - took;
  await spool.close(0);
  const rows: { count: number }[] = await database.query(
    'SELECT count(*)::int AS count FROM commands WHERE session_id = $1',
    [sessionId],
  );
  const stands = rows[0]?.count ?? 0;
  return `${noted} noted in ${(took / 1000).toFixed(1)} s, ${stands} written, the last ${behind.toFixed(0)} ms later.`;
}

function commandOf(sessionId: string, n: number): object {
  const u = 1 + (n % USERS);
  return {
    ...{
      id: newId(),
      sessionId,
      userId: newId(),
      username: `user${u}`,
      assetId: newId(),
      assetName: `host-${n}`,
    },
    ...{
      systemUserId: newId(),
      systemUsername: 'dev',
      kind: 'line',
      certain: true,
      at: new Date(),
      offsetMs: n,
    },
    command: `systemctl restart service-${n}`,
  };
}

async function ask(api: ApiFixture, database: DataSource, query: string): Promise<number[]> {
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
  const ids: { user: string; asset: string; account: string }[] = await database.query(
    `SELECT ${uuidOf(`'u1'`)} AS user, ${uuidOf(`'a1'`)} AS asset, ${uuidOf(`'y1'`)} AS account`,
  );
  const [{ user, asset, account } = { user: '', asset: '', account: '' }] = ids;
  const filled = query
    .replace('USER', user)
    .replace('ASSET', asset)
    .replace('ACCOUNT', account)
    .replace('FROM', day(180))
    .replace('TO', day(179));
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await api.admin.get(`/commands?${filled}`).expect(200);
    samples.push(performance.now() - start);
  }
  return samples;
}
