import { z } from 'zod';
import type { DataSource } from 'typeorm';
import { openDatabase } from '#libs/database';
import { Harness } from '../gateway/harness.js';
import type { RestClient } from '../gateway/rest.js';
import { quantile, type Figures } from './figures.js';

const ASSETS = 50_000;
const ROUNDS = 100;
const TARGET_MS = 50;
const LAST_PAGE = ASSETS / 50;

const ids = z.array(z.object({ id: z.string() }));

/** Assets as a big owner has them: 8 data centers, 300 groups in three levels, labels, comments, 2 % inactive. */
const GENERATOR = [
  `INSERT INTO data_centers (id, name) SELECT gen_random_uuid(), 'DC-' || n FROM generate_series(1, 8) n`,
  `INSERT INTO asset_groups (id, name) SELECT gen_random_uuid(), 'group-' || n FROM generate_series(1, 300) n`,
  `UPDATE asset_groups g SET parent_id = p.id FROM asset_groups p
   WHERE p.name = 'group-' || (substring(g.name from 7)::int / 10) AND substring(g.name from 7)::int >= 10`,
  `INSERT INTO assets (id, name, address, port, active, comment, brand, model, cpu_model, cpu_count, memory_mib, disks,
     os, os_version, architecture, serial_number, asset_number, cabinet, position, data_center_id, type, environment,
     status, labels, mac_addresses)
   SELECT gen_random_uuid(),
     (ARRAY['web','db','cache','mq','app','bastion','win','sw'])[1 + n % 8] || '-' || md5(n::text) || '-' || n,
     '10.' || n / 62500 || '.' || n / 250 % 250 || '.' || n % 250, CASE n % 5 WHEN 0 THEN 2222 END, n % 50 <> 0,
     CASE n % 3 WHEN 0 THEN 'Belongs to team ' || n % 97 || E'\\nbought in ' || 2015 + n % 11 ELSE '' END,
     (ARRAY['Dell','HPE','Inspur','Huawei'])[1 + n % 4], 'model ' || n % 40, 'Intel(R) Xeon(R) Gold ' || 6200 + n % 60,
     8 * (1 + n % 16), 8192 * (1 + n % 64),
     '[{"name":"sda","sizeMib":457862},{"name":"nvme0n1","sizeMib":1907729}]',
     (ARRAY['Debian GNU/Linux','Rocky Linux','Ubuntu'])[1 + n % 3], (n % 14)::text, 'x86_64', upper(md5('s' || n)),
     'A' || n, 'C' || n % 500, 'U' || n % 42,
     (SELECT id FROM data_centers WHERE name = 'DC-' || 1 + n % 8),
     (ARRAY['physical','virtual','container','switch'])[1 + n % 4],
     (ARRAY['production','production','test','development'])[1 + n % 4],
     (ARRAY['in-use','in-use','in-use','spare','retired'])[1 + n % 5],
     jsonb_build_object('team', 't' || n % 97, 'tier', 'r' || n % 3),
     ARRAY['52:54:00:' || to_char(n / 10000, 'FM00') || ':' || to_char(n / 100 % 100, 'FM00') || ':' || to_char(n % 100, 'FM00')]
   FROM generate_series(1, $1::int) n`,
  `INSERT INTO asset_group_members (group_id, asset_id)
   SELECT g.id, a.id FROM assets a JOIN asset_groups g
     ON g.name = 'group-' || 1 + (substring(a.asset_number from 2)::int % 300)`,
  `INSERT INTO asset_host_keys (id, asset_id, type, blob, fingerprint, pinned_by)
   SELECT gen_random_uuid(), id, 'ssh-ed25519', encode(sha256(name::bytea), 'base64'), 'SHA256:' || md5(name), 'admin'
   FROM assets`,
  'VACUUM ANALYZE',
];

/** S7: the console's list of assets at 50,000 assets, whatever is asked of it, over HTTP from the product's own process. */
export async function measureAssetList(): Promise<Figures> {
  const harness = await Harness.start({ env: { GATEHOUSE_LOG_LEVEL: 'warn' } });
  try {
    const database = await openDatabase(harness.product.databaseUrl);
    try {
      for (const statement of GENERATOR) {
        await database.query(statement, statement.includes('$1') ? [ASSETS] : []);
      }
      return await measure(harness.admin, await queries(database));
    } finally {
      await database.destroy();
    }
  } finally {
    await harness.stop();
  }
}

async function queries(database: DataSource): Promise<[string, string][]> {
  const idOf = async (table: string, name: string): Promise<string> =>
    ids.parse(await database.query(`SELECT id FROM ${table} WHERE name = $1`, [name]))[0]?.id ?? '';
  const big = await idOf('asset_groups', 'group-1');
  const small = await idOf('asset_groups', 'group-250');
  const dataCenter = await idOf('data_centers', 'DC-3');
  return [
    ['first page', ''],
    ['last page', `page=${LAST_PAGE}`],
    ['search, few hits', 'q=db-c4ca'],
    ['search, many hits', 'q=team'],
    ['search of one character', 'q=5'],
    ['search, no hit', 'q=nowhere%20at%20all'],
    ['search of an address', 'q=10.0.17.'],
    ['group with 10 groups below', `groupId=${big}`],
    ['group without others', `groupId=${small}`],
    ['data center', `dataCenterId=${dataCenter}`],
    ['type', 'type=switch'],
    ['environment, last page', `environment=production&page=${LAST_PAGE / 2}`],
    ['status', 'status=retired'],
    ['inactive', 'active=false'],
    ['label with value', 'label=team=t5'],
    ['label, whatever its value', 'label=team'],
    ['two labels', 'label=team=t5&label=tier=r1'],
    ['a label with value and another', 'label=team=t5&label=tier'],
    [
      'all filters',
      `q=5&dataCenterId=${dataCenter}&type=container&environment=test&status=in-use&label=tier`,
    ],
    ...SORTS.flatMap((sort): [string, string][] => [
      [`sort ${sort}`, `sort=${sort}`],
      [`sort -${sort}, last page`, `sort=-${sort}&page=${LAST_PAGE}`],
    ]),
    ['search and sort', 'q=team&sort=-memoryMib&page=20'],
  ];
}

const SORTS = [
  'name',
  'address',
  'port',
  'active',
  'type',
  'environment',
  'status',
  'dataCenter',
  'brand',
  'model',
  'os',
  'cpuCount',
  'memoryMib',
  'serialNumber',
  'assetNumber',
  'createdAt',
  'updatedAt',
];

async function measure(admin: RestClient, asked: [string, string][]): Promise<Figures> {
  const samples: Record<string, number[]> = Object.fromEntries(asked.map(([what]) => [what, []]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const [what, query] of asked) {
      const start = performance.now();
      await admin.do('GET', `/assets?${query}`);
      // the first rounds warm up
      if (round >= 0) samples[what]?.push(performance.now() - start);
    }
  }
  const worst = Math.max(...Object.values(samples).map((series) => quantile(series, 0.95)));
  return {
    id: 'S7',
    title: `list of assets, ${ASSETS} assets, 50 rows a page, over HTTP`,
    columns: ['asked', 'median ms', 'p95 ms'],
    rows: asked.map(([what]) => {
      const series = samples[what] ?? [];
      return [what, quantile(series, 0.5).toFixed(1), quantile(series, 0.95).toFixed(1)];
    }),
    samples,
    verdict: `Asked for: p95 ≤ ${TARGET_MS} ms for any filter, search, sort and page. Worst: ${worst.toFixed(1)} ms.`,
  };
}
