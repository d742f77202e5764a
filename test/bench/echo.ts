import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, spawnBound } from '../hosts/index.js';
import { gather, type Crowd } from './crowd.js';
import { quantile, type Figures } from './figures.js';
import { ROUTES, type Bench, type Route } from './routes.js';

const KEYS = 1500;
const PAUSE_MS = 5;
/** Typed without a pause before anything is measured, so that what runs is compiled as it is in a day's work. */
const WARM_UP_KEYS = 3000;
const TYPING_PERIOD_MS = 5000;
/** Each of the crowd has typed twice: what a session builds with its first keys is no part of a day's work. */
const SETTLING_MS = 2 * TYPING_PERIOD_MS;
/** Beyond so many, a jump host's two processes for each session say more about the machine than about the way. */
const MOST_THROUGH_JUMP = 500;

/**
 * B3: milliseconds from a key typed into the stock ssh to its echo from the asset's terminal, with so many sessions
 * open on the same route, each of which types a key every five seconds. What is asked is told against a direct ssh;
 * `ssh -J` through an sshd tells what any second hop adds on this machine.
 */
export async function measureEcho(bench: Bench, sizes: readonly number[]): Promise<Figures> {
  const samples: Record<string, number[]> = {};
  const rows: string[][] = [];
  const added: string[] = [];
  for (const size of sizes) {
    const spread: Record<string, { p50: number; p99: number }> = {};
    for (const route of ROUTES.filter((one) => one !== 'jump' || size <= MOST_THROUGH_JUMP)) {
      const crowd = size > 1 ? await gatherOn(bench, route, size - 1) : undefined;
      const times = await typeKeys(bench, route).finally(() => crowd?.dismiss());
      samples[`${route} ${size}`] = times;
      const { p50, p99 } = (spread[route] = { p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
      rows.push([route, String(size), p50.toFixed(3), p99.toFixed(3)]);
    }
    const more = (route: Route, which: 'p50' | 'p99') =>
      ((spread[route]?.[which] ?? NaN) - (spread['direct']?.[which] ?? NaN)).toFixed(3);
    const jump = spread['jump'] ? ` (ssh -J: +${more('jump', 'p50')}, +${more('jump', 'p99')})` : '';
    added.push(`${size} open: p50 +${more('gateway', 'p50')} ms, p99 +${more('gateway', 'p99')} ms${jump}`);
  }
  return {
    id: 'B3',
    title: `keystroke echo, ${KEYS} keys`,
    columns: ['route', 'open sessions', 'p50 ms', 'p99 ms'],
    rows,
    samples,
    verdict: `Reach: p50 at most +0.2 ms, p99 at most +2 ms at 500. Measured: ${added.join('; ')}.`,
  };
}

async function gatherOn(bench: Bench, route: Route, size: number): Promise<Crowd> {
  const { asset, jumpHost, harness } = bench;
  const { product } = harness;
  const direct = { address: asset.address, port: asset.port, username: 'dev' };
  const where = {
    direct,
    jump: { ...direct, through: { address: jumpHost.address, port: jumpHost.port, username: 'dev' } },
    gateway: { address: product.address, port: product.sshPort, username: bench.gatewayLogin },
  }[route];
  const crowd = await gather({ ...where, keyFile: bench.key.file, size, typeEveryMs: TYPING_PERIOD_MS });
  await sleep(SETTLING_MS);
  return crowd;
}

async function typeKeys(bench: Bench, route: Route): Promise<number[]> {
  const args = bench.ssh(route, 'stty -icanon; echo ready; exec cat >/dev/null', '-tt');
  const child = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('ssh has no pipes');
  const nextOutput = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${route}: ssh ended`));
      child.once('close', ended);
      stdout.once('data', (chunk: Buffer) => {
        child.off('close', ended);
        resolve(chunk);
      });
    });
  try {
    while (!(await nextOutput()).includes('ready'));
    await sleep(300);
    const times: number[] = [];
    for (let key = -WARM_UP_KEYS; key < KEYS; key++) {
      const begin = performance.now();
      const echo = nextOutput();
      stdin.write('k');
      await echo;
      if (key >= 0) times.push(performance.now() - begin);
      if (key >= 0) await sleep(PAUSE_MS);
    }
    return times;
  } finally {
    await endProcess(child, 'SIGTERM');
  }
}
