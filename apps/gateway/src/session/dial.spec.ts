import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { describeConnectError } from './connect-failure.js';
import { addressesOf, dial } from './dial.js';

const SILENT = '127.7.7.4';
/** Listens, takes nothing that comes and has room for one: what comes after it is not answered at all (listen(2)). */
const LISTEN_ONLY = `
  const server = require('node:net').createServer();
  server.listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => console.log('listens'));
`;

describe('dialling', () => {
  const servers: Server[] = [];
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    for (const end of ends.splice(0)) end();
  });

  /** From now on nothing answers at this port of the silent address. */
  async function beSilentAt(port: number): Promise<void> {
    const listener = spawn(process.execPath, ['-e', LISTEN_ONLY, SILENT, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ends.push(() => listener.kill('SIGKILL'));
    await once(listener.stdout, 'data');
    listener.kill('SIGSTOP');
    for (let tries = 0; tries < 20; tries++) {
      const socket = connect(port, SILENT);
      socket.on('error', () => undefined);
      ends.push(() => socket.destroy());
      const answered = once(socket, 'connect').then(() => true);
      if (!(await Promise.race([answered, sleep(300, false)]))) return;
    }
    throw new Error('it still answers');
  }

  async function listen(host: string): Promise<number> {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  }

  it('goes to the address that answers, past those that refuse', async () => {
    const port = await listen('127.7.7.3');
    const { socket, address } = await dial(['127.7.7.1', '127.7.7.2', '127.7.7.3'], port, {
      timeoutMs: 5_000,
    });
    socket.destroy();
    expect(address).toBe('127.7.7.3');
  });

  it('names each address that failed, and how', async () => {
    const port = await listen('127.7.7.3');
    const error: unknown = await dial(['127.7.7.1', '127.7.7.2'], port, { timeoutMs: 5_000 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ message: '127.7.7.1 ECONNREFUSED, 127.7.7.2 ECONNREFUSED' });
    if (!(error instanceof Error)) return;
    expect(describeConnectError('web', error)).toMatchObject({
      step: 'connect',
      told: { code: 'no-address-answers', params: { asset: 'web', said: error.message } },
    });
  });

  it('gives the error of the one address itself', async () => {
    const port = await listen('127.7.7.3');
    await expect(dial(['127.7.7.1'], port, { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('does not wait for one that says nothing, but no longer than it may', async () => {
    const port = await listen('127.7.7.3');
    await beSilentAt(port);
    const begun = performance.now();
    const { socket, address } = await dial([SILENT, '127.7.7.3'], port, { timeoutMs: 20_000 });
    socket.destroy();
    expect(address).toBe('127.7.7.3');
    expect(performance.now() - begun).toBeLessThan(10_000);
    await expect(dial([SILENT], port, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
  });

  it('ends when it is given up', async () => {
    const port = await listen('127.7.7.3');
    await beSilentAt(port);
    const giveUp = new AbortController();
    const dialling = dial([SILENT, SILENT], port, { timeoutMs: 20_000, giveUp: giveUp.signal });
    giveUp.abort();
    await expect(dialling).rejects.toBeInstanceOf(Error);
  });

  it('takes an IP address as it stands, and says what the resolver says of an unknown name', async () => {
    expect(await addressesOf('::1', 1_000)).toEqual(['::1']);
    await expect(addressesOf('no-such-host.invalid', 5_000)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string,
    });
  });
});
