import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { GATEWAY_NODE_OPTIONS, NODE_OPTIONS } from '#libs/kernel';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { startThrowAwayPostgres } from '../database/throw-away-postgres.js';
import { endProcess, findFreePort, spawnBound } from '../hosts/index.js';

const READY_PATIENCE_MS = 60_000;
const ADDRESS = '127.0.0.1';

const lifecycleMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), info: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('start-failure'), what: z.string(), mend: z.string() }),
]);

export interface ProductOptions {
  /** Gateway processes that share the SSH port. Default 1. */
  gateways?: number;
  /** More settings for all processes. */
  env?: Record<string, string>;
}

/** The product as it runs in production: PostgreSQL, api and gateway processes from dist/, with a data folder of its own. */
export class Product {
  readonly gateways: ChildProcess[] = [];
  api: ChildProcess | undefined;
  /** What the processes logged, newest last. */
  log = '';
  private deprecated = '';
  private postgres: EmbeddedPostgres | undefined;

  private constructor(
    readonly dataDir: string,
    readonly httpPort: number,
    readonly sshPort: number,
    readonly adminPassword: string,
    private readonly options: ProductOptions,
  ) {}

  static async start(options: ProductOptions = {}): Promise<Product> {
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
    // The database may run under another account, which must get through to its own folder.
    await chmod(dataDir, 0o755);
    const [httpPort, sshPort] = [await findFreePort(23000, 23499), await findFreePort(23500, 23999)];
    const product = new Product(dataDir, httpPort, sshPort, 'first start only 4711', options);
    try {
      product.postgres = await startThrowAwayPostgres(dataDir);
      const gateways = Array.from({ length: options.gateways ?? 1 }, () => product.startGateway());
      await Promise.all([product.launch('api'), ...gateways]);
      return product;
    } catch (error) {
      await product.stop();
      throw error;
    }
  }

  get address(): string {
    return ADDRESS;
  }

  get url(): string {
    return `http://${ADDRESS}:${this.httpPort}`;
  }

  get databaseUrl(): string {
    if (!this.postgres) throw new Error('The database does not run');
    return this.postgres.url;
  }

  /** Takes the database away, for {@link Product.startDatabase}; what was written stays. */
  async stopDatabase(): Promise<void> {
    await this.postgres?.stop();
  }

  async startDatabase(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, throwaway: true });
  }

  /** Starts one more gateway process on the same SSH port. */
  startGateway(): Promise<ChildProcess> {
    return this.launch('gateway');
  }

  /** Resident memory of all gateway processes, bytes. */
  async gatewayMemory(): Promise<number> {
    const each = this.gateways.map(async ({ pid }) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
      return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) * 1024;
    });
    return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Processor time that all gateway processes have used, milliseconds (proc(5): utime and stime, in ticks of 10 ms). */
  async gatewayTime(): Promise<number> {
    const each = this.gateways.map(async ({ pid }) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const [utime = 0, stime = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
      return (utime + stime) * 10;
    });
    return (await Promise.all(each)).reduce((sum, time) => sum + time, 0);
  }

  /**
   * Stops everything in the order of a clean stop and removes the data folder.
   * @throws when Node warned of something deprecated: it stops working with some update
   */
  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => endProcess(gateway, 'SIGTERM')));
    if (this.api) await endProcess(this.api, 'SIGTERM');
    await this.postgres?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    if (this.deprecated !== '') throw new Error(`Something deprecated is in use:\n${this.deprecated}`);
  }

  private async launch(name: 'api' | 'gateway'): Promise<ChildProcess> {
    const main = fileURLToPath(new URL(`../../apps/${name}/src/main.js`, import.meta.url));
    const nodeOptions = name === 'gateway' ? GATEWAY_NODE_OPTIONS : NODE_OPTIONS;
    const child = spawnBound(process.execPath, [...nodeOptions, '--trace-deprecation', main], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        GATEHOUSE_DATA_DIR: this.dataDir,
        GATEHOUSE_HTTP_PORT: String(this.httpPort),
        GATEHOUSE_SSH_PORT: String(this.sshPort),
        GATEHOUSE_HOST: ADDRESS,
        GATEHOUSE_DATABASE_URL: this.databaseUrl,
        GATEHOUSE_ADMIN_PASSWORD: this.adminPassword,
        ...this.options.env,
      },
    });
    // known at once: when another one fails to start, this one is ended too
    if (name === 'api') this.api = child;
    else this.gateways.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.keep(chunk.toString());
      });
    }
    await this.untilReady(name, child);
    return child;
  }

  private keep(text: string): void {
    this.log = (this.log + text).slice(-200_000);
    if (text.includes(' DeprecationWarning: ')) this.deprecated += text;
  }

  private untilReady(name: string, child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        void endProcess(child);
        reject(new Error(`The ${name} ${why}. Its log:\n${this.log.slice(-4000)}`));
      };
      const timer = setTimeout(() => fail(`was not ready after ${READY_PATIENCE_MS} ms`), READY_PATIENCE_MS);
      child.once('error', (error) => fail(`did not start: ${error.message}`));
      child.once('exit', (status) => fail(`ended with ${status}`));
      child.on('message', (said) => {
        const message = lifecycleMessage.safeParse(said);
        if (!message.success) return;
        if (message.data.type === 'start-failure') {
          fail(`failed: ${message.data.what} ${message.data.mend}`);
          return;
        }
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
