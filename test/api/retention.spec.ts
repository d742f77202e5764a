import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemActor, type SessionId } from '#libs/kernel';
import {
  RetentionKeeper,
  RetentionSettings,
  SessionArchive,
  type RetentionPolicy,
} from '#libs/session-audit';
import { ApiFixture } from './api-fixture.js';
import { AuditStock } from './audit-stock.js';

const everything: RetentionPolicy = {
  recordingDays: null,
  recordingGibibytes: null,
  sessionDays: null,
  commandDays: null,
  fileTransferDays: null,
  loginDays: null,
  operationDays: null,
  batchDays: null,
};

describe('retention', { timeout: 60_000 }, () => {
  let api: ApiFixture;
  let stock: AuditStock;
  let old: SessionId;
  let fresh: SessionId;
  let keeper: RetentionKeeper;

  beforeAll(async () => {
    api = await ApiFixture.start();
    stock = await AuditStock.of(api);
    keeper = api.app.get(RetentionKeeper, { strict: false });
    old = await stock.session({ ago: 40, commands: 3 });
    fresh = await stock.session({ ago: 2, commands: 3 });
    await stock.seal();
  });
  afterAll(() => api.stop());

  const keep = (policy: Partial<RetentionPolicy>): Promise<unknown> =>
    api.app.get(RetentionSettings, { strict: false }).set(systemActor, { ...everything, ...policy });
  const count = async (table: string, condition: string, parameters: unknown[] = []): Promise<unknown> =>
    stock.database
      .query(`SELECT count(*)::int AS count FROM ${table} WHERE ${condition}`, parameters)
      .then(([row]: { count: number }[]) => row?.count);

  it('is set by administrators, whose change is on record; nonsense is refused at its field', async () => {
    const auditor = await api.addUser('eve', 'auditor');
    await auditor.client.get('/settings/retention').expect(403);
    expect((await api.admin.get('/settings/retention').expect(200)).body).toEqual(everything);
    const wrong = await api.admin
      .put('/settings/retention')
      .send({ ...everything, loginDays: 0 })
      .expect(422);
    expect(wrong.body).toMatchObject({ errors: [{ field: 'loginDays', code: 'out_of_range' }] });
    const wanted = { ...everything, operationDays: 3650 };
    expect((await api.admin.put('/settings/retention', wanted).expect(200)).body).toEqual(wanted);
    const noted = `action = 'settings.update' AND subject_name = 'retention' AND after = '{"operationDays": 3650}'`;
    expect(await count('operations', noted)).toBe(1);
    await api.admin.put('/settings/retention', everything).expect(200);
    await stock.seal();
  });

  it('keeps everything unless told otherwise', async () => {
    expect(await keeper.run()).toEqual({});
    expect(await count('sessions', 'true')).toBe(2);
  });

  it('leaves a row that was made to look old', async () => {
    await keep({ commandDays: 30 });
    const [row]: { id: string }[] = await stock.database.query(
      'SELECT id FROM commands WHERE session_id = $1 ORDER BY id LIMIT 1',
      [fresh],
    );
    const move = `UPDATE commands SET at = at + $2::interval WHERE id = $1`;
    await stock.database.query(move, [row?.id, '-60 days']);
    expect(await keeper.run()).toEqual({ command: 3 });
    expect(await count('commands', 'session_id = $1', [fresh])).toBe(3);
    expect((await stock.verify()).problem).toMatchObject({ fault: 'changed', id: row?.id });
    await stock.database.query(move, [row?.id, '60 days']);
    expect((await stock.verify()).problem).toBeNull();
  });

  it('keeps what says that something is missing of a session as long as that session', async () => {
    const note = (action: string, subject: string, after: object): Promise<unknown> =>
      stock.database.query(
        `INSERT INTO operations (id, at, actor_name, way, action, subject_type, subject_id, subject_name, after)
         VALUES (gen_random_uuid(), now() - interval '39 days', 'system', 'system', $1, 'x', $2, 'x', $3)`,
        [action, subject, after],
      );
    const [at]: { gateway: string; from: Date; to: Date; before: Date }[] = await stock.database.query(
      `SELECT gateway_id AS gateway, started_at AS from, ended_at AS to, started_at - interval '1 day' AS before
       FROM sessions WHERE id = $1`,
      [old],
    );
    if (!at) throw new Error('there is no session');
    const { gateway, from, to, before } = at;
    await note('session.recording-gap', old, { from, to, bytes: 5, reason: 'disk' });
    await note('audit.gap', gateway, { from, to, lost: { command: 3 } });
    // of sessions that are gone
    await note('audit.gap', gateway, { from: before, to: before, lost: { command: 4 } });
    await note('session.recording-gap', newId(), { from, to, bytes: 6, reason: 'disk' });
    await note('asset.create', 'no id', {});
    await stock.seal();
    await keep({ operationDays: 30 });
    expect(await keeper.run()).toEqual({ operation: 3 });
    const shown = (id: SessionId) => api.app.get(SessionArchive, { strict: false }).gapsOf(id);
    const missing = [
      { kind: 'records', records: 3 },
      { kind: 'recording', bytes: 5 },
    ];
    expect((await shown(old)).sort((one, other) => (one.kind < other.kind ? 1 : -1))).toMatchObject(missing);
    expect(await shown(fresh)).toEqual([]);
    expect((await stock.verify()).problem).toBeNull();
  });

  it('deletes what is older, says so in the operations, and what is left verifies', async () => {
    const file = await stock.recordingFile(old);
    expect(existsSync(file)).toBe(true);
    await keep({ recordingDays: 30 });
    expect(await keeper.run()).toEqual({ recording: 1 });
    expect(existsSync(file)).toBe(false);
    expect(await count('sessions', 'true')).toBe(2);
    await keep({ sessionDays: 30, fileTransferDays: 30 });
    expect(await keeper.run()).toEqual({ 'file-transfer': 1, session: 1 });
    expect(await keeper.run()).toEqual({});
    expect(await count('sessions', 'id = $1', [fresh])).toBe(1);
    expect(await count('deleted_recordings', 'true')).toBe(0);
    const noted = `action = 'retention.delete' AND actor_name = 'system' AND (after->>'count')::int > 0`;
    expect(await count('operations', noted)).toBe(5);
    // nothing is left that they could be about
    await keep({ operationDays: 30 });
    expect(await keeper.run()).toEqual({ operation: 2 });
    await stock.seal();
    expect(await stock.verify()).toMatchObject({ problem: null, recordings: 1 });
  });

  it('deletes the oldest recordings beyond a size, whatever their age', async () => {
    const recordingBytes = 600 * 1024 ** 2;
    const older = await stock.session({ ago: 1, recordingBytes });
    const newer = await stock.session({ ago: 0, recordingBytes });
    await stock.seal();
    const files = await Promise.all([fresh, older, newer].map((id) => stock.recordingFile(id)));
    await keep({ recordingGibibytes: 1 });
    expect(await keeper.run()).toEqual({ recording: 2 });
    expect(files.map((file) => existsSync(file))).toEqual([false, false, true]);
    expect((await stock.verify()).problem).toBeNull();
  });

  it('deletes a session whose start has a seal of its own', async () => {
    const start = await stock.running({ ago: 40 });
    await stock.seal();
    stock.end(start);
    await expect.poll(() => count('audit_queue', "kind = 'session' AND row_id = $1", [start.id])).toBe(1);
    await stock.seal();
    expect(await count('audit_seals', 'row_id = $1', [start.id])).toBe(2);
    await keep({ sessionDays: 30 });
    expect(await keeper.run()).toMatchObject({ session: 1 });
    expect(await count('sessions', 'id = $1', [start.id])).toBe(0);
    expect((await stock.verify()).problem).toBeNull();
  });

  it('does not cover what somebody deletes by hand', async () => {
    await stock.database.query('DELETE FROM file_transfers WHERE session_id = $1', [fresh]);
    expect((await stock.verify()).problem).toMatchObject({ fault: 'removed', kind: 'file-transfer' });
  });
});
