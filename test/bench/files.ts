import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { ROUTES, type Bench, type Route } from './routes.js';

const MEBIBYTES = 1024;
const ROUNDS = 3;
const PATIENCE_MS = 180_000;
/** The stock clients; scp speaks SFTP unless told to speak its own protocol. */
const CLIENTS = ['sftp', 'scp', 'scp -O'] as const;
const WAYS = ['put', 'get'] as const;

/** One kind of transfer. */
interface Work {
  client: (typeof CLIENTS)[number];
  way: (typeof WAYS)[number];
}
const WORKS = CLIENTS.flatMap((client) => WAYS.map((way): Work => ({ client, way })));

/** B5: seconds for one file by sftp and scp, up and down, over each route in turn; the gateway digests it and writes its record. */
export async function measureFiles(bench: Bench): Promise<Figures> {
  const file = join(bench.harness.keys.folder, 'big');
  await writeFile(file, '');
  await truncate(file, MEBIBYTES * 1024 * 1024);
  await bench.asset.exec(`truncate -s ${MEBIBYTES}M /home/dev/big`);
  const samples: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const work of WORKS) {
      for (const route of ROUTES) {
        const seconds = await transfer(bench, route, work, file);
        // The first round warms caches and compilers.
        if (round > 0) (samples[seriesOf(work, route)] ??= []).push(seconds);
      }
    }
  }
  const of = (work: Work, route: Route): number => median(samples[seriesOf(work, route)] ?? []);
  const speeds = WORKS.map((work) => {
    const speed = (of(work, 'direct') / of(work, 'gateway')).toFixed(2);
    return `${work.client} ${work.way} ${speed} ×`;
  });
  return {
    id: 'B5',
    title: `${MEBIBYTES} MiB by sftp and scp, with digest and record, median of ${ROUNDS}`,
    columns: ['way and route', 'seconds', 'MiB/s', 'time to jump', 'speed to direct'],
    rows: WORKS.flatMap((work) =>
      ROUTES.map((route) => {
        const seconds = of(work, route);
        const [jump, direct] = [seconds / of(work, 'jump'), of(work, 'direct') / seconds];
        const figures = [seconds, MEBIBYTES / seconds, jump, direct];
        return [
          seriesOf(work, route),
          ...figures.map((figure, index) => figure.toFixed(index === 1 ? 0 : 2)),
        ];
      }),
    ),
    samples,
    verdict: `Reach: at least 0.70 × the same client's speed without a gateway. Measured: ${speeds.join(', ')}.`,
  };
}

function seriesOf({ client, way }: Work, route: Route): string {
  return `${client} ${way} ${route}`;
}

async function transfer(bench: Bench, route: Route, work: Work, file: string): Promise<number> {
  const [program = '', ...options] = work.client.split(' ');
  const args = ['-q', '-F', bench.config, ...options];
  const [from, to] = work.way === 'put' ? [file, '/dev/null'] : ['/home/dev/big', '/dev/null'];
  const asked =
    program === 'sftp'
      ? { args: [...args, '-b', '-', route], input: `${work.way} ${from} ${to}\n` }
      : { args: [...args, ...(work.way === 'put' ? [from, `${route}:${to}`] : [`${route}:${from}`, to])] };
  const begin = performance.now();
  const { status, stderr } = await run(program, asked.args, {
    ...('input' in asked && { input: asked.input }),
    timeout: PATIENCE_MS,
  });
  if (status !== 0) throw new Error(`${seriesOf(work, route)}: ended with ${String(status)}: ${stderr}`);
  return (performance.now() - begin) / 1000;
}
