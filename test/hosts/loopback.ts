import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';

/**
 * A random address in 127.1.0.0 to 127.254.255.254. Test runs that go on at the same time hardly ever draw the same,
 * and a host whose address is taken after all is started again on another.
 */
export function drawLoopbackAddress(): string {
  return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}

/** So many test files may run at the same time without one getting a port that another has given up for a while. */
const LANES = 4;

/** A TCP port that was free on 127.0.0.1 a moment ago, from `from` to `to`: of those that this worker of vitest's draws from. */
export async function findFreePort(from: number, to: number): Promise<number> {
  const lane = Number(process.env['VITEST_POOL_ID'] ?? 0) % LANES;
  const first = from + ((lane - (from % LANES) + LANES) % LANES);
  for (let tries = 0; tries < 200; tries++) {
    const port = first + LANES * randomInt(0, Math.floor((to - first) / LANES) + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port from ${from} to ${to} on 127.0.0.1`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Port of a listening server, checked. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on TCP');
  return address.port;
}
