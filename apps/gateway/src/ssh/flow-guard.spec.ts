import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { endUnread } from './flow-guard.js';

const MEBIBYTE = 1024 * 1024;

/** Takes what it is given, and passes nothing on. */
const deaf = (): Duplex => new Duplex({ read: () => undefined, write: () => undefined });

it('ends a connection that reads none of what it asks for', () => {
  const socket = deaf();
  endUnread(socket);
  for (let written = 0; written < 7; written++) socket.write(Buffer.alloc(MEBIBYTE));
  expect(socket.destroyed).toBe(false);
  for (let written = 0; written < 3; written++) socket.write(Buffer.alloc(MEBIBYTE));
  expect(socket.destroyed).toBe(true);
});
