import { spawnBound } from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { ROUTES, type Bench, type Route } from './routes.js';

const MEBIBYTES = 256;
const ROUNDS = 5;
const PATIENCE_MS = 120_000;

/** B1: seconds for 256 MiB from the asset over each route, in turn, several rounds. */
export async function measureBulk(bench: Bench): Promise<Figures> {
  const samples: Record<Route, number[]> = { direct: [], jump: [], gateway: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const route of ROUTES) {
      const seconds = await transfer(bench, route);
      // The first round warms caches and compilers.
      if (round > 0) samples[route].push(seconds);
    }
  }
  const ratio = median(samples.gateway) / median(samples.jump);
  return {
    id: 'B1',
    title: `${MEBIBYTES} MiB from the asset, recorded, median of ${ROUNDS}`,
    columns: ['route', 'seconds', 'MiB/s', 'ratio to jump'],
    rows: ROUTES.map((route) => {
      const seconds = median(samples[route]);
      const relative = seconds / median(samples.jump);
      return [route, seconds.toFixed(2), (MEBIBYTES / seconds).toFixed(0), relative.toFixed(2)];
    }),
    samples,
    verdict: `Reach: at most 0.80 × the jump host's time. Measured: ${ratio.toFixed(2)} ×.`,
  };
}

async function transfer(bench: Bench, route: Route): Promise<number> {
  const begin = performance.now();
  const args = bench.ssh(route, `head -c ${MEBIBYTES}M /dev/zero`);
  const child = spawnBound('ssh', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const status = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (bytes !== MEBIBYTES * 1024 * 1024) {
    throw new Error(`${route}: ${bytes} bytes came, ssh ended with ${String(status)}`);
  }
  return (performance.now() - begin) / 1000;
}
