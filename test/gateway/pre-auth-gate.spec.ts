import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { PreAuthGate } from '../../apps/gateway/src/ssh/pre-auth-gate.js';

let server: Server;
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

async function listen(gate: PreAuthGate, leaves = false): Promise<() => Promise<Socket>> {
  server = createServer((socket) => {
    gate.enter(socket);
    if (leaves) gate.leave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return async () => {
    const socket = connect(address.port, '127.0.0.1');
    clients.push(socket);
    socket.resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  };
}

it('closes a silent connection when its time to log in is over', async () => {
  const open = await listen(new PreAuthGate(200));
  const socket = await open();
  const begin = performance.now();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(performance.now() - begin).toBeGreaterThan(150);
  expect(performance.now() - begin).toBeLessThan(1000);
});

it('leaves a connection alone that has logged in', async () => {
  const open = await listen(new PreAuthGate(100), true);
  const socket = await open();
  await sleep(300);
  expect(socket.destroyed).toBe(false);
});

it('drops the oldest of a flood, so that newcomers get in', async () => {
  const open = await listen(new PreAuthGate(60_000));
  const flood = await Promise.all(Array.from({ length: 600 }, open));
  const newcomer = await open();
  await expect.poll(() => flood.filter((socket) => socket.destroyed).length).toBe(1);
  expect(newcomer.destroyed).toBe(false);
});
