import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assertPortFree, freePortNear } from './port-probe.js';

const host = '127.0.0.1';
let server: Server | null = null;

/** Listens, if asked so that others may share the port, and gives the port. */
async function occupy(reusePort: boolean): Promise<number> {
  server = createServer();
  server.listen({ host, port: 0, reusePort });
  await once(server, 'listening');
  return z.object({ port: z.number() }).parse(server.address()).port;
}

afterEach(() => {
  server?.close();
  server = null;
});

describe('the port check', () => {
  it('passes a port that it leaves free', async () => {
    const port = await freePortNear(host, 0);
    await assertPortFree(host, port, 'GATEHOUSE_HTTP');
    await assertPortFree(host, port, 'GATEHOUSE_HTTP');
  });

  it.each([false, true])(
    'says which port is taken and by which setting to move (shared: %s)',
    async (shared) => {
      const port = await occupy(shared);
      await expect(assertPortFree(host, port, 'GATEHOUSE_SSH')).rejects.toThrow(
        `Port ${port} is taken: another program listens on ${host}:${port}. Stop it, or set GATEHOUSE_SSH_PORT to another port.`,
      );
    },
  );

  it('says that the address is not of this machine', async () => {
    await expect(assertPortFree('192.0.2.1', 0, 'GATEHOUSE_SSH')).rejects.toThrow(
      '192.0.2.1 is no address of this machine. Correct GATEHOUSE_HOST or GATEHOUSE_SSH_HOST.',
    );
  });
});

describe('a free port', () => {
  it('is the wanted one unless that is taken', async () => {
    const port = await occupy(false);
    expect(await freePortNear(host, port)).not.toBe(port);
    server?.close();
    expect(await freePortNear(host, port)).toBe(port);
  });
});
