import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Gateway } from '#libs/database';
import {
  newId,
  type AssetId,
  type CommandId,
  type FileTransferId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import {
  AuditKey,
  AuditSealer,
  AuditVerifier,
  CoveredRows,
  LiveAudit,
  readPublicKeys,
  TrustedKeys,
  type AuditVerdict,
  CommandJournal,
  RecordingStore,
  SessionJournal,
  type SessionStart,
  TransferJournal,
} from '#libs/session-audit';
import { machineCommand, type Ran } from '../machine-command.js';
import type { ApiFixture } from './api-fixture.js';

const people = {
  userId: newId<UserId>(),
  username: 'alice',
  assetId: newId<AssetId>(),
  assetName: 'web-1',
  systemUserId: newId<SystemUserId>(),
  systemUsername: 'dev',
};

/** How a session is stocked. */
export interface StockedSession {
  /** Days before now. */
  ago?: number;
  recorded?: boolean;
  commands?: number;
  /** What its row says of the recording's size. */
  recordingBytes?: number;
}

/** Writes what gateways write, by the journals that they use, and seals it when told. */
export class AuditStock {
  readonly database: DataSource;
  private readonly sealer: AuditSealer;

  private constructor(private readonly api: ApiFixture) {
    this.database = api.app.get(DataSource);
    this.sealer = api.app.get(AuditSealer, { strict: false });
  }

  /** From now on rows are sealed only by {@link seal}. */
  static async of(api: ApiFixture): Promise<AuditStock> {
    const stock = new AuditStock(api);
    await stock.sealer.recurring.stop();
    return stock;
  }

  seal(): Promise<number> {
    return this.sealer.seal();
  }

  /** Verifies the running installation, recordings too. */
  async verify(): Promise<AuditVerdict> {
    const { dataDir } = this.api;
    const key = await AuditKey.open(dataDir);
    const recordings = new RecordingStore(dataDir);
    return LiveAudit.look(this.database, key, new CoveredRows(this.database), recordings, (audit) =>
      new AuditVerifier(audit, new TrustedKeys(readPublicKeys(dataDir))).verify(),
    );
  }

  /** An ended session with its recording, commands and one file transfer; all are in the database afterwards. */
  async session({
    ago = 0,
    recorded = true,
    commands = 2,
    recordingBytes = 9,
  }: StockedSession = {}): Promise<SessionId> {
    const start = await this.begin(
      newId<GatewayId>(),
      new Date(Date.now() - ago * 86_400_000 - 60_000),
      recorded,
    );
    const { id, startedAt } = start;
    const endedAt = this.end(start, recordingBytes);
    const noted = this.api.app.get(CommandJournal);
    for (let index = 0; index < commands; index++) {
      const command = `echo ${index} ü\u2028 '"`;
      noted.note({
        ...{ id: newId<CommandId>(), sessionId: id, ...people, kind: 'line', command, certain: true },
        ...{ at: startedAt, offsetMs: index },
      });
    }
    this.api.app.get(TransferJournal).note({
      ...{ id: newId<FileTransferId>(), sessionId: id, ...people, sourceAddress: '192.0.2.7' },
      ...{
        protocol: 'sftp',
        direction: 'upload',
        change: null,
        target: null,
        path: '/tmp/a',
        name: null,
        command: null,
        size: 3,
      },
      ...{ sha256: 'a'.repeat(64), digestGap: null, result: 'complete', detail: null, startedAt, endedAt },
    });
    await this.written(id, commands);
    return id;
  }

  /** A session that runs, and that nobody takes for lost. */
  async running({ ago = 0 } = {}): Promise<SessionStart> {
    const id = newId<GatewayId>();
    const startedAt = new Date(Date.now() - ago * 86_400_000);
    const lastSeenAt = new Date(Date.now() + 3_600_000);
    await this.database
      .getRepository(Gateway)
      .insert({ id, hostname: 'gateway', internalUrl: 'http://127.0.0.1:1', startedAt, lastSeenAt });
    return this.begin(id, startedAt, false);
  }

  /** Its gateway says that it ended; gives when. */
  end(start: SessionStart, recordingBytes = 0): Date {
    const endedAt = new Date(start.startedAt.getTime() + 30_000);
    const traffic = { exitStatus: 0, bytesIn: 5, bytesOut: 7, recordingBytes };
    this.api.app
      .get(SessionJournal)
      .end(start, { endedAt, endReason: 'logout', endDetail: null, ...traffic });
    return endedAt;
  }

  /** The file of a session's recording. */
  async recordingFile(id: SessionId): Promise<string> {
    const rows: { path: string }[] = await this.database.query(
      'SELECT recording_path AS path FROM sessions WHERE id = $1',
      [id],
    );
    return join(this.api.dataDir, 'recordings', rows[0]?.path ?? '');
  }

  /** Runs the command as administrators do; gives exit code and what it printed. */
  command(...args: string[]): Promise<Ran> {
    return this.commandIn({}, ...args);
  }

  /** The same with other settings, as on another machine. */
  commandIn(environment: Record<string, string>, ...args: string[]): Promise<Ran> {
    const here = { GATEHOUSE_DATABASE_URL: this.api.databaseUrl, GATEHOUSE_DATA_DIR: this.api.dataDir };
    return machineCommand({ ...here, ...environment }, ...args);
  }

  private async begin(gatewayId: GatewayId, startedAt: Date, recorded: boolean): Promise<SessionStart> {
    const id = newId<SessionId>();
    const recordingPath = recorded ? await this.record(id, startedAt) : null;
    const place = { sourceAddress: '192.0.2.7', gatewayId, destination: null };
    const start = { id, kind: 'ssh' as const, ...people, ...place, command: null, startedAt, recordingPath };
    await this.api.app.get(SessionJournal).begin(start);
    return start;
  }

  private async record(id: SessionId, startedAt: Date): Promise<string> {
    const store = this.api.app.get(RecordingStore);
    const path = store.pathFor(id, startedAt);
    const header = { columns: 80, rows: 24, startedAt, title: 'dev@web', terminal: 'xterm' };
    const writer = await store.create(path, header, { failed: () => undefined, drained: () => undefined });
    writer.output(Buffer.from(`hello ${id}\r\n`));
    await writer.close();
    // one that was just written to is not sealed yet
    const before = new Date(Date.now() - 60_000);
    await utimes(join(this.api.dataDir, 'recordings', path), before, before);
    return path;
  }

  private async written(id: SessionId, commands: number): Promise<void> {
    const end = Date.now() + 20_000;
    for (;;) {
      const [row]: { ended: boolean; commands: number; transfers: number }[] = await this.database.query(
        `SELECT ended_at IS NOT NULL AS ended,
           (SELECT count(*)::int FROM commands WHERE session_id = $1) AS commands,
           (SELECT count(*)::int FROM file_transfers WHERE session_id = $1) AS transfers
         FROM sessions WHERE id = $1`,
        [id],
      );
      if (row?.ended && row.commands === commands && row.transfers === 1) return;
      if (Date.now() > end) throw new Error('the journals did not write');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
