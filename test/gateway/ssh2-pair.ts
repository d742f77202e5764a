import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Client, Server, type ClientChannel, type ServerChannel } from 'ssh2';

/** A server and a client of ssh2 itself, in this process: what the gateway does to their channels is seen on both sides. */
export interface Ssh2Pair {
  exec(command: string): Promise<ClientChannel>;
  stop(): void;
}

/** @param hear gets the server's side of each command */
export async function startSsh2Pair(
  hear: (channel: ServerChannel, command: string) => void,
): Promise<Ssh2Pair> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const hostKey = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const server = new Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('authentication', (login) => login.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (start, _reject, { command }) => {
        hear(start(), command);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    client.once('error', reject);
    client.once('ready', resolve);
    client.connect({ port: (server.address() as AddressInfo).port, username: 'dev', password: 'x' });
  });
  return {
    exec: (command) =>
      new Promise((resolve, reject) => {
        client.exec(command, (error, channel) => {
          if (error) reject(error);
          else resolve(channel);
        });
      }),
    stop: () => {
      client.end();
      server.close();
    },
  };
}
