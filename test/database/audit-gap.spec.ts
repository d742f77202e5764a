import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnitOfWork } from '#libs/database';
import { newId, systemClock, type GatewayId, type SessionId } from '#libs/kernel';
import {
  AuditSpool,
  OperationJournal,
  RecordingStore,
  SessionArchive,
  spoolStatements,
} from '#libs/session-audit';
import { RecordKeeping } from '../../apps/gateway/src/session/record-keeping.js';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

/** Records, and of them logins, that wait in memory where neither database nor disk takes them. */
const KEPT = { records: 100_000, logins: 10_000 };
const PATIENT = { timeout: 60_000 };
const logger = pino({ level: 'silent' });

describe('records that can be kept nowhere', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;
  let spool: AuditSpool;
  let archive: SessionArchive;
  const gatewayId = newId<GatewayId>();

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
    const { dataDir, url: databaseUrl } = postgres;
    const statements = spoolStatements(database);
    spool = new AuditSpool({ dataDir, databaseUrl, statements, clock: systemClock, logger, maxBytes: 2_000 });
    const operations = new OperationJournal(spool, systemClock);
    const unitOfWork = new UnitOfWork(database, systemClock);
    archive = new SessionArchive(database, unitOfWork, new RecordingStore(dataDir), operations);
    const registry = { live: () => [] };
    new RecordKeeping({ gatewayId, policy: 'best-effort', spool, operations, registry, logger });
    await spool.open(gatewayId);
  });
  afterAll(async () => {
    await spool.close(5_000);
    await postgres.stop();
  });

  async function session(of: GatewayId, endedAt: Date | null): Promise<SessionId> {
    const id = newId<SessionId>();
    const startedAt = new Date(Date.now() - 3_600_000);
    await database.query(
      `INSERT INTO sessions (id, kind, user_id, username, asset_id, asset_name, system_user_id, system_username,
         source_address, gateway_id, started_at, ended_at)
       VALUES ($1, 'ssh', $1, 'alice', $1, 'web-01', $1, 'dev', '192.0.2.1', $2, $3, $4)`,
      [id, of, startedAt, endedAt],
    );
    return id;
  }

  const command = (n: number): object => ({
    ...{ id: newId(), sessionId: newId(), userId: newId(), username: 'alice', assetId: newId() },
    ...{ assetName: 'web-01', systemUserId: newId(), systemUsername: 'dev', kind: 'line' },
    ...{ command: `echo ${n}`, certain: true, at: new Date(), offsetMs: n },
  });
  const login = (n: number): object => ({
    ...{ id: newId(), at: new Date(), username: `eve${n}`, userId: null, address: '192.0.2.1', way: 'ssh' },
    ...{ method: 'password', succeeded: false, reason: 'unknown_user' },
  });
  const gaps = async (): Promise<unknown[]> => {
    const rows: { after: unknown }[] = await database.query(
      `SELECT after FROM operations WHERE action = 'audit.gap' AND subject_id = $1 ORDER BY at, id`,
      [gatewayId],
    );
    return rows.map(({ after }) => after);
  };

  it(
    'are counted: one entry for each gap says how many of which kind, and sessions of that gateway show it',
    { timeout: 120_000 },
    async () => {
      const running = await session(gatewayId, null);
      const before = await session(gatewayId, new Date(Date.now() - 1_800_000));
      const elsewhere = await session(newId<GatewayId>(), null);
      const begun = new Date();
      const expected: object[] = [];
      for (const [kind, count, kept] of [
        ['command', KEPT.records + 7, KEPT.records],
        ['login', KEPT.logins + 3, KEPT.logins],
      ] as const) {
        await postgres.goAway();
        for (let n = 0; n < count; n++) spool.note(kind, kind === 'command' ? command(n) : login(n));
        await expect.poll(() => spool.inDanger?.message, PATIENT).toMatch(/2000 bytes/);
        await postgres.comeBack();
        const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
        expected.push({ from: moment, to: moment, lost: { [kind]: count - kept } });
        await expect.poll(gaps, { ...PATIENT, interval: 200 }).toEqual(expected);
      }
      const counted: unknown = await database.query(
        `SELECT (SELECT count(*)::int FROM commands) AS commands, (SELECT count(*)::int FROM login_attempts) AS logins`,
      );
      expect(counted).toEqual([{ commands: KEPT.records, logins: KEPT.logins }]);
      const shown = await archive.gapsOf(running);
      // lost logins are missing of no session
      expect(shown.map(({ kind, bytes, records }) => ({ kind, bytes, records }))).toEqual([
        { kind: 'records', bytes: null, records: 7 },
      ]);
      for (const { from, to } of shown) {
        expect(from.getTime()).toBeGreaterThanOrEqual(begun.getTime());
        expect(to.getTime()).toBeGreaterThanOrEqual(from.getTime());
      }
      expect(await archive.gapsOf(before)).toEqual([]);
      expect(await archive.gapsOf(elsewhere)).toEqual([]);
      // no more is told afterwards
      spool.note('command', command(0));
      await spool.settled();
      expect(await gaps()).toHaveLength(2);
    },
  );
});
