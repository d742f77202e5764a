import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock, TooLate, type GatewayId, type SessionId } from '#libs/kernel';
import {
  AuditSpool,
  SessionJournal,
  spoolStatements,
  type SessionEnd,
  type SessionStart,
} from '#libs/session-audit';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const startedAt = new Date('2026-03-04T05:06:07.089Z');
const endedAt = new Date('2026-03-04T05:07:08.090Z');
const end: SessionEnd = {
  ...{ endedAt, endReason: 'logout', endDetail: null, exitStatus: 3 },
  ...{ bytesIn: 11, bytesOut: 22, recordingBytes: 33 },
};

function start(): SessionStart {
  return {
    ...{ id: newId<SessionId>(), kind: 'ssh', userId: newId(), username: 'alice', assetId: newId() },
    ...{ assetName: 'web-1', systemUserId: newId(), systemUsername: 'dev', sourceAddress: '192.0.2.1' },
    ...{ gatewayId: newId<GatewayId>(), command: null, destination: null, startedAt },
    recordingPath: '2026/03/04/a.cast.gz',
  };
}

describe('the rows of sessions', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;
  let spool: AuditSpool;
  let journal: SessionJournal;

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
    const { dataDir, url: databaseUrl } = postgres;
    const parts = { dataDir, databaseUrl, clock: systemClock, logger: pino({ level: 'silent' }) };
    spool = new AuditSpool({ ...parts, statements: spoolStatements(database) });
    await spool.open(newId<GatewayId>());
    journal = new SessionJournal(database, spool);
  });
  afterAll(async () => {
    await spool.close(5_000);
    await postgres.stop();
  });

  const rows = (id: SessionId): Promise<Record<string, unknown>[]> =>
    database.query('SELECT * FROM sessions WHERE id = $1', [id]);
  const queued = async (id: SessionId): Promise<number> => {
    const found: unknown[] = await database.query(
      "SELECT FROM audit_queue WHERE kind = 'session' AND row_id = $1",
      [id],
    );
    return found.length;
  };
  const whole = {
    ...{ username: 'alice', source_address: '192.0.2.1', recording_path: '2026/03/04/a.cast.gz' },
    ...{ started_at: startedAt, ended_at: endedAt, end_reason: 'logout', exit_status: 3 },
    ...{ bytes_in: '11', bytes_out: '22', recording_bytes: '33' },
  };

  it('are whole in either order of start and end, and wait for their seal once', async () => {
    const [one, other] = [start(), start()];
    await journal.begin(one);
    expect(await rows(one.id)).toMatchObject([{ username: 'alice', ended_at: null }]);
    expect(await queued(one.id)).toBe(0);
    journal.end(one, end);
    journal.end(other, end);
    await spool.settled();
    await Promise.all([journal.begin(other), journal.begin(start())]);
    for (const { id } of [one, other]) {
      expect(await rows(id)).toMatchObject([whole]);
      expect(await queued(id)).toBe(1);
    }
  });

  it('that the database took after nobody waited any more are not online for ever', async () => {
    const late = start();
    const holder = database.createQueryRunner();
    try {
      await holder.startTransaction();
      await holder.query('LOCK TABLE sessions IN SHARE MODE');
      await expect(journal.begin(late)).rejects.toThrow(TooLate);
      journal.end(late, { ...end, endReason: 'recording_failed' });
      await holder.commitTransaction();
    } finally {
      await holder.release();
    }
    await spool.settled();
    // whichever of both was first
    await expect
      .poll(() => rows(late.id))
      .toMatchObject([{ username: 'alice', ended_at: endedAt, end_reason: 'recording_failed' }]);
    expect(await queued(late.id)).toBe(1);
  }, 20_000);

  it('come back when somebody removed or changed them before their session ended', async () => {
    const [removed, changed] = [start(), start()];
    await Promise.all([journal.begin(removed), journal.begin(changed)]);
    await database.query('DELETE FROM sessions WHERE id = $1', [removed.id]);
    await database.query("UPDATE sessions SET username = 'mallory', recording_path = NULL WHERE id = $1", [
      changed.id,
    ]);
    journal.end(removed, end);
    journal.end(changed, end);
    await spool.settled();
    for (const { id } of [removed, changed]) expect(await rows(id)).toMatchObject([whole]);
  });

  it('that were taken for lost get their real end; with a seal they stay as they are', async () => {
    const [lost, sealed, gone] = [start(), start(), start()];
    await Promise.all([lost, sealed].map((one) => journal.begin(one)));
    await database.query("UPDATE sessions SET ended_at = now(), end_reason = 'gateway_lost'");
    for (const [index, { id }] of [sealed, gone].entries())
      await database.query(
        `INSERT INTO audit_seals (seq, kind, row_id, hash, chain) VALUES ($1, 'session', $2, ''::bytea, ''::bytea)`,
        [index + 1, id],
      );
    for (const one of [lost, sealed, gone]) journal.end(one, end);
    await spool.settled();
    expect(await rows(lost.id)).toMatchObject([whole]);
    expect(await rows(sealed.id)).toMatchObject([{ end_reason: 'gateway_lost' }]);
    expect(await rows(gone.id)).toEqual([]);
  });
});
