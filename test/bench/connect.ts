import { run } from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { ROUTES, type Bench, type Route } from './routes.js';

const TIMES = 20;

/** B2: milliseconds to connect, run `true` and end, over each route, in turn, 20 times. */
export async function measureConnect(bench: Bench): Promise<Figures> {
  const samples: Record<Route, number[]> = { direct: [], jump: [], gateway: [] };
  for (let round = -2; round < TIMES; round++) {
    for (const route of ROUTES) {
      const begin = performance.now();
      const { status, stderr } = await run('ssh', bench.ssh(route, 'true'));
      if (status !== 0) throw new Error(`${route}: ssh ended with ${status}: ${stderr}`);
      if (round >= 0) samples[route].push(performance.now() - begin);
    }
  }
  const ratio = median(samples.gateway) / median(samples.jump);
  return {
    id: 'B2',
    title: `connect and run \`true\`, median of ${TIMES}`,
    columns: ['route', 'ms', 'ratio to jump'],
    rows: ROUTES.map((route) => {
      const time = median(samples[route]);
      return [route, time.toFixed(0), (time / median(samples.jump)).toFixed(2)];
    }),
    samples,
    verdict: `Reach: at most 0.60 × the jump host's time. Measured: ${ratio.toFixed(2)} ×.`,
  };
}
