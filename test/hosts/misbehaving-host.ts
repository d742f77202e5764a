import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { generateKey } from '#libs/kernel';
import { drawLoopbackAddress } from './loopback.js';

/** What a misbehaving host does wrong. It takes any login unless it says otherwise. */
export type Misbehaviour =
  /** Nothing: for tests that change its key. Shells and commands get their own input back. */
  | 'none'
  /** Takes the TCP connection and never says a word. */
  | 'silent'
  /** Sends lines before its version line without end. */
  | 'endless-greeting'
  /** Closes the connection right after the login. */
  | 'drops-after-login'
  /** Never answers a login. */
  | 'never-answers-login'
  /** Never answers the request for a channel. */
  | 'never-opens-channel'
  /** Refuses every channel. */
  | 'refuses-channel'
  /** Exchanges keys anew, without end, once somebody has logged in. */
  | 'endless-rekeying'
  /** Shells and commands write without end. */
  | 'endless-output'
  /** Answers a command, writes, gives status 7 and closes, all in one packet: rude, but right. */
  | 'ends-at-once'
  /** Writes some output, then resets the connection in the middle of the session. */
  | 'drops-in-session';

/** An SSH server inside this process that misbehaves. */
export interface MisbehavingHost {
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
  /** Connections taken so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Uses a new host key for connections from now on; gives its public key line. */
  changeHostKey(): string;
  stop(): Promise<void>;
}

/** Starts the host on a loopback address of its own, on a free port. Needs no root. */
export async function startMisbehavingHost(misbehaviour: Misbehaviour): Promise<MisbehavingHost> {
  const host = new HostileServer(misbehaviour);
  await host.listen();
  return host;
}

class HostileServer implements MisbehavingHost {
  readonly address = drawLoopbackAddress();
  port = 0;
  connections = 0;
  private key = generateKey();
  private readonly sockets = new Set<Socket>();
  private readonly tcp: TcpServer;

  constructor(private readonly misbehaviour: Misbehaviour) {
    this.tcp = createServer((socket) => this.greet(socket));
  }

  get hostKey(): string {
    return this.key.publicKey;
  }

  get open(): number {
    return this.sockets.size;
  }

  changeHostKey(): string {
    this.key = generateKey();
    return this.hostKey;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tcp.once('error', reject);
      this.tcp.listen(0, this.address, () => {
        const bound = this.tcp.address();
        if (bound !== null && typeof bound !== 'string') this.port = bound.port;
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.tcp.close(() => resolve()));
  }

  private greet(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // The other side may reset at any time; that is what these tests are about.
    socket.on('error', () => undefined);
    if (this.misbehaviour === 'silent') {
      socket.resume();
    } else if (this.misbehaviour === 'endless-greeting') {
      writeForever(socket, Buffer.from('You are welcome.\r\n'.repeat(1000)));
    } else {
      this.serve(socket);
    }
  }

  private serve(socket: Socket): void {
    const server = new ssh2.Server({ hostKeys: [this.key.privateKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        if (this.misbehaviour !== 'never-answers-login') context.accept();
      });
      client.on('ready', () => {
        if (this.misbehaviour === 'drops-after-login') socket.resetAndDestroy();
        if (this.misbehaviour === 'endless-rekeying') rekeyForever(client, socket);
      });
      client.on('session', (accept, reject) => {
        if (this.misbehaviour === 'never-opens-channel') return;
        if (this.misbehaviour === 'refuses-channel') reject();
        else this.session(accept(), socket);
      });
    });
    server.injectSocket(socket);
  }

  private session(session: ssh2.Session, socket: Socket): void {
    session.on('pty', (accept) => accept());
    session.on('shell', (accept) => this.talk(accept(), socket));
    session.on('exec', (accept) => {
      if (this.misbehaviour === 'ends-at-once') endAtOnce(accept, socket);
      else this.talk(accept(), socket);
    });
  }

  private talk(channel: ssh2.ServerChannel, socket: Socket): void {
    channel.on('error', () => undefined);
    if (this.misbehaviour === 'endless-output') {
      writeForever(channel, Buffer.alloc(16 * 1024, 'all work and no play '));
    } else if (this.misbehaviour === 'drops-in-session') {
      channel.write('half a li', () => setTimeout(() => socket.resetAndDestroy(), 100));
    } else {
      channel.pipe(channel);
    }
  }
}

function endAtOnce(accept: () => ssh2.ServerChannel, socket: Socket): void {
  socket.cork();
  const channel = accept();
  channel.write('out');
  channel.stderr.write('err');
  channel.exit(7);
  channel.end();
  setTimeout(() => socket.uncork(), 20);
}

function writeForever(stream: NodeJS.WritableStream & { destroyed?: boolean }, chunk: Buffer): void {
  const write = () => {
    while (!stream.destroyed && stream.writable) if (!stream.write(chunk)) return;
  };
  stream.on('drain', write);
  write();
}

function rekeyForever(client: ssh2.Connection, socket: Socket): void {
  if (!socket.destroyed) client.rekey(() => rekeyForever(client, socket));
}
