import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Connection } from 'ssh2';
import { StartFailure, type Logger } from '#libs/kernel';
import { gatherWrites } from './gathered-writes.js';
import type { HostKeyRing } from './host-key-ring.js';
import { PreAuthGate } from './pre-auth-gate.js';
import { SshEntrance } from './ssh-entrance.js';

/** What the listener needs. */
export interface ListenerOptions {
  host: string;
  port: number;
  hostKeys: HostKeyRing;
  /** What the client shows before its user logs in, read for each connection. */
  banner: () => string;
  logger: Logger;
  /** Time to log in, in milliseconds. */
  graceMs?: number;
  onConnection(client: Connection, socket: Socket, address: string, loggedIn: () => void): void;
}

/** The SSH port. Several gateways share it (SO_REUSEPORT): the kernel spreads the connections. */
export class SshListener {
  private readonly sockets = new Set<Socket>();
  private readonly gate: PreAuthGate;
  private readonly net: NetServer;
  private readonly entrance: SshEntrance;
  /** The socket whose first packet ssh2 is just told of, by its ports: ssh2 does not hand sockets out. */
  private readonly byPeer = new Map<string, Socket>();

  constructor(private readonly options: ListenerOptions) {
    this.gate = new PreAuthGate(options.graceMs);
    const { hostKeys, banner, logger } = options;
    this.entrance = new SshEntrance({
      hostKeys: () => hostKeys.now(),
      banner,
      onClient: (client, { ip, port }) => {
        const socket = this.byPeer.get(`${ip}:${port}`);
        if (socket) this.take(client, socket);
        else client.end();
      },
      logger,
    });
    this.net = createServer({ noDelay: true }, (socket) => {
      this.admit(socket);
    });
  }

  /**
   * Listens. Gives the port.
   * @throws StartFailure when the port is taken by something else or not allowed.
   */
  listen(): Promise<number> {
    const { host, port } = this.options;
    return new Promise((resolve, reject) => {
      this.net.once('error', (error: Error & { code?: string }) => {
        reject(listenFailure(error, port));
      });
      this.net.listen({ host, port, reusePort: true, backlog: 1024 }, () => {
        const address = this.net.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Takes no more connections; those that stand go on. */
  stopListening(): void {
    this.net.close();
  }

  /** Ends what still stands. */
  closeAll(): void {
    for (const socket of this.sockets) socket.destroySoon();
  }

  private admit(socket: Socket): void {
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
    this.sockets.add(socket);
    this.byPeer.set(peer, socket);
    this.gate.enter(socket);
    gatherWrites(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.byPeer.delete(peer);
    });
    this.entrance.admit(socket);
  }

  private take(client: Connection, socket: Socket): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.options.onConnection(client, socket, address, () => {
      this.gate.leave(socket);
    });
  }
}

function listenFailure(error: Error & { code?: string }, port: number): StartFailure {
  if (error.code === 'EADDRINUSE') {
    return new StartFailure(
      `The SSH port ${port} is taken.`,
      'Stop what uses it or set GATEHOUSE_SSH_PORT.',
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new StartFailure(
      `The SSH port ${port} is not allowed.`,
      'Set GATEHOUSE_SSH_PORT to one above 1023.',
      { cause: error },
    );
  }
  return new StartFailure(
    `The SSH port ${port} can't be opened: ${error.message}.`,
    'Check GATEHOUSE_HOST, GATEHOUSE_SSH_HOST and GATEHOUSE_SSH_PORT.',
    { cause: error },
  );
}
