import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { FirstWords } from './first-words.js';

/** What is made of a server that sends these pieces, one after the other, and closes. */
async function heard(...pieces: string[]): Promise<boolean> {
  const server = createServer((socket: Socket) => {
    const send = ([first, ...rest]: string[]): void => {
      if (first === undefined) socket.end();
      else socket.write(first, () => setTimeout(send, 20, rest));
    };
    send(pieces);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  const socket = connect(typeof at === 'object' && at ? at.port : 0, '127.0.0.1');
  const first = new FirstWords(socket);
  await once(socket, 'close');
  server.close();
  return first.areForeign;
}

it.each([
  ['a web server', ['HTTP/1.1 400 Bad Request\r\n\r\n'], true],
  ['a mail server', ['220 mail.example ESMTP\r\n'], true],
  ['nobody', [], false],
  ['an sshd', ['SSH-2.0-OpenSSH_9.9\r\n'], false],
  ['an sshd whose line comes in pieces', ['SS', 'H-2.0-x\r\n'], false],
  ['an sshd with lines before its version', ['Authorized use only\r\n', 'SSH-2.0-x\r\n'], false],
])('of %s', async (_, pieces, isForeign) => {
  expect(await heard(...pieces)).toBe(isForeign);
});
