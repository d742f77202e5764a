import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { ROUTES, type Bench, type Route } from './routes.js';

const MEBIBYTES = 256;
const ROUNDS = 3;
const PATIENCE_MS = 180_000;
const WAYS = ['put', 'get'] as const;
type Way = (typeof WAYS)[number];

/** B5: seconds for one file by sftp, up and down, over each route in turn; the gateway digests it and writes its record. */
export async function measureFiles(bench: Bench): Promise<Figures> {
  const file = join(bench.harness.keys.folder, 'big');
  await writeFile(file, '');
  await truncate(file, MEBIBYTES * 1024 * 1024);
  await bench.asset.exec(`truncate -s ${MEBIBYTES}M /home/dev/big`);
  const samples: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of WAYS) {
      for (const route of ROUTES) {
        const seconds = await transfer(bench, route, way, file);
        // The first round warms caches and compilers.
        if (round > 0) (samples[`${way} ${route}`] ??= []).push(seconds);
      }
    }
  }
  const of = (way: Way, route: Route): number => median(samples[`${way} ${route}`] ?? []);
  const speed = (way: Way): string => (of(way, 'direct') / of(way, 'gateway')).toFixed(2);
  return {
    id: 'B5',
    title: `${MEBIBYTES} MiB by sftp, with digest and record, median of ${ROUNDS}`,
    columns: ['way and route', 'seconds', 'MiB/s', 'time to jump', 'speed to direct'],
    rows: WAYS.flatMap((way) =>
      ROUTES.map((route) => {
        const seconds = of(way, route);
        const [jump, direct] = [seconds / of(way, 'jump'), of(way, 'direct') / seconds];
        const figures = [seconds, MEBIBYTES / seconds, jump, direct];
        return [`${way} ${route}`, ...figures.map((figure, index) => figure.toFixed(index === 1 ? 0 : 2))];
      }),
    ),
    samples,
    verdict: `Reach: at least 0.70 × direct sftp's speed. Measured: put ${speed('put')} ×, get ${speed('get')} ×.`,
  };
}

async function transfer(bench: Bench, route: Route, way: Way, file: string): Promise<number> {
  const command = way === 'put' ? `put ${file} /dev/null` : `get /home/dev/big /dev/null`;
  const begin = performance.now();
  const args = ['-q', '-F', bench.config, '-b', '-', route];
  const { status, stderr } = await run('sftp', args, { input: `${command}\n`, timeout: PATIENCE_MS });
  if (status !== 0) throw new Error(`${route}, ${way}: sftp ended with ${String(status)}: ${stderr}`);
  return (performance.now() - begin) / 1000;
}
