import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** The network between a browser and the product, which can be cut: then nothing goes through and nobody is told. */
export class CuttableNetwork {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isCut = false;

  private constructor(private readonly server: Server) {}

  static async before(port: number, address = '127.0.0.1'): Promise<CuttableNetwork> {
    const server = createServer();
    const network = new CuttableNetwork(server);
    server.on('connection', (near) => network.carry(near, connect(port, address)));
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return network;
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** From now on bytes vanish, as when a cable is pulled: no end, no reset. */
  cut(): void {
    this.isCut = true;
    for (const [near, far] of this.pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** New connections work again. Those that were cut stay silent: their packets were lost too often. */
  restore(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private carry(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.pairs.add(pair);
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => undefined); // either end may go away at any time
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
      if (!this.isCut) from.pipe(to);
    }
  }
}
