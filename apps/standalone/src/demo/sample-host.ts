import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import { z } from 'zod';
import { generateKey } from '#libs/kernel';
import type { AuthContext, Connection, PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import { runLine } from './sample-commands.js';
import { SampleShell } from './sample-shell.js';

const { Server, utils } = ssh2;

const bound = z.object({ port: z.number() });

/** A running sample host. */
export interface SampleHost {
  port: number;
  /** Its host key as an OpenSSH public key line. */
  hostKey: string;
  stop(): Promise<void>;
}

/** Who may log in to it: one account with one key. */
export interface SampleAccount {
  username: string;
  /** OpenSSH public key line. */
  publicKey: string;
}

/**
 * Starts a small SSH server that stands in for a host of the user's: a shell of its own making over made-up files.
 * It runs no program, opens no file and listens on loopback only.
 */
export async function startSampleHost(account: SampleAccount): Promise<SampleHost> {
  const hostKey = generateKey({ comment: 'sample-host' });
  const server = new Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    serve(connection, account);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = new Set<Connection>();
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  const { port } = bound.parse(server.address());
  return {
    port,
    hostKey: hostKey.publicKey,
    stop: async () => {
      for (const connection of connections) connection.end();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(connection: Connection, account: SampleAccount): void {
  connection.on('error', () => undefined); // a client that breaks off: nothing to keep
  connection.on('authentication', (attempt) => {
    if (isKnown(attempt, account)) attempt.accept();
    else attempt.reject(['publickey']);
  });
  connection.on('session', (accept) => {
    attend(accept(), account.username);
  });
}

/** Whether the attempt proves the account's key. Without a signature it only asks if the key would do. */
function isKnown(attempt: AuthContext, { username, publicKey }: SampleAccount): boolean {
  const key = utils.parseKey(publicKey);
  if (attempt.method !== 'publickey' || attempt.username !== username || key instanceof Error) return false;
  const wanted = key.getPublicSSH();
  const given = attempt.key.data;
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}

function attend(session: Session, user: string): void {
  let size: Pick<PseudoTtyInfo, 'cols' | 'rows'> = { cols: 80, rows: 24 };
  let shell: SampleShell | null = null;
  session.on('pty', (accept, _reject, info) => {
    size = info;
    accept();
  });
  session.on('window-change', (accept, _reject, info) => {
    size = info;
    shell?.resize(info.cols, info.rows);
    (accept as (() => void) | undefined)?.();
  });
  session.on('shell', (accept) => {
    const channel = accept();
    shell = new SampleShell(channel, user);
    shell.resize(size.cols, size.rows);
    void shell.run().then((status) => end(channel, status));
  });
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    const result = runLine(command, { user, folder: `/home/${user}`, terminal: false });
    channel.write(result.out ?? '');
    channel.stderr.write(result.error ?? '');
    end(channel, result.status ?? 0);
  });
}

function end(channel: ServerChannel, status: number): void {
  channel.exit(status);
  channel.end();
}
