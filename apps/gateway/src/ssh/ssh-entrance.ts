import type { Duplex } from 'node:stream';
import ssh2, { type Connection } from 'ssh2';
import type { Logger } from '#libs/kernel';
import type { GatewayHostKeySet } from '#libs/vault';
import { ciphersFor, DOWNSTREAM_ALGORITHMS } from './algorithms.js';
import { endUnread } from './flow-guard.js';
import { callInside } from './inside-ssh2.js';

const KEEPALIVE_MS = 15_000;
const KEEPALIVE_TRIES = 3;

/** How the gateway speaks SSH to clients. */
export function serverConfig(hostKey: string) {
  return {
    hostKeys: [hostKey],
    ident: 'Gatehouse',
    algorithms: DOWNSTREAM_ALGORITHMS,
    // of our patch of ssh2
    ciphersFor,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_TRIES,
  };
}

/** What the entrance needs. */
export interface EntranceParts {
  /** The host keys now. */
  hostKeys(): GatewayHostKeySet;
  /** What the client shows before its user logs in, read for each connection. */
  banner?: () => string;
  /** A client has said the first line; of its socket ssh2 tells the port alone. */
  onClient: (client: Connection, peer: { ip: string; port: number }) => void;
  logger: Logger;
}

/** Begins SSH on a stream, with the host key of that moment: ssh2 itself takes one for good. */
export class SshEntrance {
  private server: { hostKey: string; ssh: ssh2.Server } | null = null;

  constructor(private readonly parts: EntranceParts) {}

  /** Its type asks for a socket of the network; ssh2 takes any stream. */
  admit(socket: Duplex): void {
    const { privateKey } = this.parts.hostKeys().current;
    if (this.server?.hostKey !== privateKey)
      this.server = { hostKey: privateKey, ssh: this.make(privateKey) };
    endUnread(socket);
    callInside(this.server.ssh, 'injectSocket', socket);
  }

  private make(hostKey: string): ssh2.Server {
    const { banner, onClient, logger } = this.parts;
    const config = serverConfig(hostKey);
    // ssh2 reads its configuration anew for each connection
    if (banner) Object.defineProperty(config, 'banner', { get: banner });
    const server = new ssh2.Server(config);
    server.on('connection', (client, { ip, port }) => {
      onClient(client, { ip, port });
    });
    server.on('error', (error: Error) => {
      logger.warn({ err: error }, 'SSH server');
    });
    return server;
  }
}
