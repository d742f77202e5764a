import { join } from 'node:path';
import { GATEWAY_NODE_OPTIONS, NODE_OPTIONS, StartFailure, type Config } from '#libs/kernel';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { ProcessRecord } from './left-over-processes.js';
import { assertPortFree } from './port-probe.js';
import { currentAccount } from './postgres/database-account.js';
import { openDataFolder, openSocketFolder } from './postgres/data-folder.js';
import { lockFolder } from './postgres/folder-lock.js';
import { relayLog } from './readable-log.js';
import { parseApiInfo, parseGatewayInfo, type ApiInfo, type GatewayInfo } from './start-report.js';
import { SupervisedProcess } from './supervised-process.js';

/** Compiled apps: this file is dist/apps/standalone/src/supervisor.js. */
const apps = join(import.meta.dirname, '../..');
const apiScript = join(apps, 'api/src/main.js');
const gatewayScript = join(apps, 'gateway/src/main.js');

/** How the supervisor tells what happens. */
export interface Progress {
  /** A part is up. */
  done: (part: string, detail: string) => void;
  /** Something is worth knowing, and all goes on. */
  notice: (sentence: string) => void;
}

/** What runs, for the report to the person who started it. */
export interface Running {
  api: ApiInfo;
  gateway: GatewayInfo;
}

/** Runs the database (unless there is another), the api and the gateways, and keeps them running until stopped. */
export class Supervisor {
  private postgres: EmbeddedPostgres | null = null;
  /** Gives the data folder back; with the embedded database that is its part. */
  private unlock: (() => Promise<void>) | null = null;
  private readonly processes: SupervisedProcess[] = [];
  private stopping: Promise<void> | null = null;
  private readonly record: ProcessRecord;

  constructor(
    private readonly config: Config,
    private readonly progress: Progress,
    private readonly options: { throwawayDatabase: boolean },
  ) {
    this.record = new ProcessRecord(config.dataDir);
  }

  /**
   * Starts everything in its order: the api brings the schema up to date before a gateway looks at it.
   * @throws StartFailure; what was started by then is left for {@link stop}
   */
  async start(): Promise<Running> {
    const { httpHost, httpPort, sshHost, sshPort, gateways } = this.config;
    openDataFolder(this.config.dataDir);
    const databaseUrl = await this.openDatabase();
    await this.record.endLeftOvers();
    await assertPortFree(httpHost, httpPort, 'GATEHOUSE_HTTP');
    await assertPortFree(sshHost, sshPort, 'GATEHOUSE_SSH');
    const api = parseApiInfo(await this.run('api', apiScript, databaseUrl));
    this.progress.done('api', 'schema up to date, answers');
    const infos = await Promise.all(
      Array.from({ length: gateways }, (_, index) =>
        this.run(`gateway ${String(index + 1)}`, gatewayScript, databaseUrl),
      ),
    );
    const [gateway] = infos.map(parseGatewayInfo);
    if (!gateway) throw new StartFailure('No gateway runs.', 'Set GATEHOUSE_GATEWAYS to 1 or more.');
    this.progress.done('gateway', gateways === 1 ? 'answers' : `${String(gateways)} processes answer`);
    return { api, gateway };
  }

  get isStopping(): boolean {
    return this.stopping !== null;
  }

  /** Stops everything, in the opposite order. Called again, gives the same stop. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Ends the children at once; the database still stops properly. For a second Ctrl-C. */
  killChildren(): void {
    for (const child of this.processes) child.kill();
  }

  private async stopAll(): Promise<void> {
    const [api, ...gateways] = this.processes;
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await api?.stop();
    this.record.clear();
    await this.postgres?.stop();
    await this.unlock?.();
  }

  private async openDatabase(): Promise<string> {
    const { databaseUrl, dataDir } = this.config;
    if (databaseUrl !== null) {
      this.unlock = await lockFolder(dataDir, openSocketFolder(dataDir, currentAccount()));
      return databaseUrl;
    }
    const url = await this.startPostgres();
    this.progress.done('database', `embedded PostgreSQL in ${join(dataDir, 'postgres')}`);
    return url;
  }

  private async startPostgres(): Promise<string> {
    const postgres = await startEmbeddedPostgres({
      dataDir: this.config.dataDir,
      throwaway: this.options.throwawayDatabase,
    });
    this.postgres = postgres;
    void postgres.ended.then(() => this.databaseEnded());
    return postgres.url;
  }

  /** The children reconnect by themselves: the address of the database stays the same. */
  private async databaseEnded(): Promise<void> {
    if (this.stopping) return;
    this.progress.notice('The database ended; it is started again.');
    try {
      await this.startPostgres();
    } catch (error) {
      this.progress.notice(`${error instanceof Error ? error.message : String(error)} Gatehouse stops.`);
      process.kill(process.pid, 'SIGTERM');
    }
  }

  private async run(name: string, script: string, databaseUrl: string): Promise<Record<string, unknown>> {
    const child = new SupervisedProcess({
      name,
      script,
      nodeOptions: script === gatewayScript ? GATEWAY_NODE_OPTIONS : NODE_OPTIONS,
      environment: this.environmentFor(script, databaseUrl),
      onSpawn: ({ stdout }) => {
        if (stdout) relayLog(stdout, process.stdout);
        this.remember();
      },
      onDeath: (sentence) => {
        this.progress.notice(sentence);
      },
    });
    this.processes.push(child);
    return child.start();
  }

  /** The settings as they were resolved; the admin's first password is the api's alone. */
  private environmentFor(script: string, databaseUrl: string): NodeJS.ProcessEnv {
    const { dataDir, httpHost, httpPort, sshHost, sshPort, publicUrl, tls, adminPassword } = this.config;
    const files = tls !== null && tls !== 'self-signed' ? tls : null;
    return {
      ...process.env,
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_DATABASE_URL: databaseUrl,
      GATEHOUSE_HTTP_PORT: String(httpPort),
      GATEHOUSE_SSH_PORT: String(sshPort),
      GATEHOUSE_HTTP_HOST: httpHost,
      GATEHOUSE_SSH_HOST: sshHost,
      GATEHOUSE_PUBLIC_URL: publicUrl ?? '',
      GATEHOUSE_TLS: tls === 'self-signed' ? tls : '',
      GATEHOUSE_TLS_CERTIFICATE: files?.certificate ?? '',
      GATEHOUSE_TLS_KEY: files?.key ?? '',
      GATEHOUSE_ADMIN_PASSWORD: script === apiScript ? (adminPassword ?? '') : '',
    };
  }

  private remember(): void {
    const alive = this.processes.flatMap(({ pid, script }) => (pid === undefined ? [] : [{ pid, script }]));
    this.record.write(alive);
  }
}
