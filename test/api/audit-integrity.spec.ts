import { appendFile, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { UnitOfWork } from '#libs/database';
import { newId, systemActor, type SessionId } from '#libs/kernel';
import { AuditInspector, type AuditVerdict, chainAfter, CoveredRows } from '#libs/session-audit';
import { problemLine } from '../../apps/standalone/src/audit/audit-words.js';
import { ApiFixture } from './api-fixture.js';
import { AuditStock } from './audit-stock.js';
import { whileTampered } from './tampering.js';

const links = z.array(z.object({ seq: z.coerce.number(), rowId: z.string(), kind: z.string() }));
const told = (verdict: AuditVerdict): string =>
  verdict.problem ? `${problemLine(verdict.problem)}\n` : 'whole\n';

describe('integrity of the audit', { timeout: 60_000 }, () => {
  let api: ApiFixture;
  let stock: AuditStock;
  let database: DataSource;
  let headFile: string;

  beforeAll(async () => {
    api = await ApiFixture.start();
    stock = await AuditStock.of(api);
    database = stock.database;
    headFile = join(api.dataDir, 'keys/api/audit.head.json');
    for (let index = 0; index < 4; index++) await stock.session();
    await stock.seal();
  });
  afterAll(() => api.stop());

  const sql = (text: string, parameters: unknown[] = []): Promise<unknown> =>
    database.query(text, parameters);
  const linkOf = async (kind: string, place = 0): Promise<{ seq: number; rowId: string }> => {
    const rows = await sql(
      'SELECT seq, kind, row_id AS "rowId" FROM audit_seals WHERE kind = $1 ORDER BY seq',
      [kind],
    );
    const found = links.parse(rows)[place];
    if (!found) throw new Error(`no ${kind} was sealed`);
    return found;
  };
  const lastSeq = async (): Promise<number> => {
    const rows = await sql('SELECT seq, kind, row_id AS "rowId" FROM audit_seals ORDER BY seq DESC LIMIT 1');
    return links.parse(rows)[0]?.seq ?? 0;
  };
  const verifyLive = async (): Promise<string> => told(await stock.verify());

  /** Does something to the database past the product, tells what the command says, and takes it back. */
  const afterTampering = (tamper: () => Promise<unknown>): Promise<string> =>
    whileTampered(database, tamper, verifyLive);

  it('is whole as long as nobody touched it', async () => {
    expect(await stock.verify()).toMatchObject({ problem: null, recordings: 4, missingBefore: 0 });
    const counted = links.parse(
      await sql('SELECT DISTINCT ON (kind) kind, seq, row_id AS "rowId" FROM audit_seals ORDER BY kind'),
    );
    const kinds = ['command', 'file-transfer', 'login', 'operation', 'recording', 'session'];
    expect(counted.map(({ kind }) => kind)).toEqual(kinds);
    const { mode } = await stat(join(api.dataDir, 'keys/api/audit.private.pem'));
    expect(mode & 0o777).toBe(0o600);
  });

  it.each([
    ['session', "UPDATE sessions SET username = 'mallory' WHERE id = $1"],
    ['session', "UPDATE sessions SET ended_at = ended_at + interval '1 microsecond' WHERE id = $1"],
    ['command', "UPDATE commands SET command = 'true' WHERE id = $1"],
    ['file-transfer', 'UPDATE file_transfers SET size = size + 1 WHERE id = $1'],
    ['operation', `UPDATE operations SET after = '{"role":"user"}' WHERE id = $1`],
    ['login', 'UPDATE login_attempts SET succeeded = NOT succeeded WHERE id = $1'],
  ])('finds a changed %s', async (kind, change) => {
    const { seq, rowId } = await linkOf(kind);
    const out = await afterTampering(() => sql(change, [rowId]));
    expect(out).toBe(`not whole: ${kind} ${rowId} (#${seq}) was changed after it was sealed [changed]\n`);
    expect(await verifyLive()).toBe('whole\n');
  });

  it('finds a removed row, and one removed with its seal', async () => {
    const { seq, rowId } = await linkOf('command', 2);
    const row = await afterTampering(() => sql('DELETE FROM commands WHERE id = $1', [rowId]));
    expect(row).toBe(`not whole: command ${rowId} (#${seq}) was removed [removed]\n`);
    const both = await afterTampering(async () => {
      await sql('DELETE FROM commands WHERE id = $1', [rowId]);
      await sql('DELETE FROM audit_seals WHERE seq = $1', [seq]);
    });
    expect(both).toBe(`not whole: record (#${seq}) was removed [removed]\n`);
    const closed = await afterTampering(async () => {
      await sql('DELETE FROM commands WHERE id = $1', [rowId]);
      await sql('DELETE FROM audit_seals WHERE seq = $1', [seq]);
      await sql('UPDATE audit_seals SET seq = -(seq - 1) WHERE seq > $1', [seq]);
      await sql('UPDATE audit_seals SET seq = -seq WHERE seq < 0');
    });
    expect(closed).toContain(`(#${seq}) has a seal that was changed`);
  });

  it('finds two that changed places', async () => {
    const { seq, rowId } = await linkOf('command', 1);
    const swap = async (one: number, other: number): Promise<void> => {
      await sql('UPDATE audit_seals SET seq = -seq WHERE seq IN ($1, $2)', [one, other]);
      await sql(
        'UPDATE audit_seals SET seq = CASE seq WHEN -$1::bigint THEN $2::bigint ELSE $1::bigint END WHERE seq < 0',
        [one, other],
      );
    };
    const out = await afterTampering(() => swap(seq, seq + 1));
    expect(out).toBe(
      `not whole: command ${rowId} (#${seq}) is not in its place: the order was changed [reordered]\n`,
    );
  });

  it('finds a cut end, also when its signatures went with it, and later seals do not cover it up', async () => {
    const last = await lastSeq();
    const cut = async (): Promise<void> => {
      await sql('DELETE FROM commands WHERE id IN (SELECT row_id FROM audit_seals WHERE seq > $1)', [
        last - 3,
      ]);
      await sql('DELETE FROM file_transfers WHERE id IN (SELECT row_id FROM audit_seals WHERE seq > $1)', [
        last,
      ]);
      await sql('DELETE FROM audit_seals WHERE seq > $1', [last - 3]);
      await sql('DELETE FROM audit_checkpoints');
    };
    const truncated = `(#${last - 2}) is where the end was cut off: later records were signed and are gone [truncated]`;
    expect(await afterTampering(cut)).toBe(`not whole: record ${truncated}\n`);
    const head = await readFile(headFile);
    const covered = await afterTampering(async () => {
      await cut();
      await api.app
        .get(UnitOfWork)
        .run(systemActor, (tx) =>
          tx.record({ action: 'test.later', subjectType: 'test', subjectId: null, subjectName: 'later' }),
        );
      expect(await stock.seal()).toBeGreaterThan(0);
    });
    await writeFile(headFile, head);
    expect(covered).toMatch(/^not whole: break [-\w]+ /);
    expect(covered).toContain(truncated);
    const unsigned = await afterTampering(async () => {
      await sql('DELETE FROM audit_checkpoints');
      await rename(headFile, `${headFile}.away`);
    });
    await rename(`${headFile}.away`, headFile);
    expect(unsigned).toContain('[unsigned]');
  });

  it('finds links that were added past the product, as of a deletion that never was; later seals do not sign them', async () => {
    const { seq, rowId } = await linkOf('command', 1);
    const tail = z.tuple([z.object({ seq: z.coerce.number(), chain: z.string() })]);
    const head = await readFile(headFile);
    const covered = await afterTampering(async () => {
      await sql('DELETE FROM commands WHERE id = $1', [rowId]);
      const end = `SELECT seq, encode(chain, 'hex') AS chain FROM audit_seals ORDER BY seq DESC LIMIT 1`;
      const [last] = tail.parse(await sql(end));
      const body = JSON.stringify({ of: 'command', runs: [[seq, 1]] });
      const forged = { kind: 'deletion', rowId: newId(), hash: '0'.repeat(64), body } as const;
      await sql(
        `INSERT INTO audit_seals (seq, kind, row_id, hash, body, chain)
         VALUES ($1, $2, $3, decode($4, 'hex'), $5, decode($6, 'hex'))`,
        [
          ...[last.seq + 1, forged.kind, forged.rowId, forged.hash, body],
          chainAfter(last.chain, last.seq + 1, forged),
        ],
      );
      expect(await verifyLive()).toContain('[unsigned]');
      await stock.session();
      expect(await stock.seal()).toBeGreaterThan(0);
    });
    await writeFile(headFile, head);
    expect(covered).toMatch(/^not whole: break [-\w]+ .*\[unsigned\]\n$/);
  });

  it('goes on without a break where the head beside the database is older than what was signed, or is gone', async () => {
    const head = await readFile(headFile);
    await stock.session();
    await stock.seal();
    const newest = await readFile(headFile);
    await writeFile(headFile, head);
    await stock.session();
    await stock.seal();
    expect(await readFile(headFile)).not.toEqual(newest);
    await rm(headFile);
    await stock.session();
    await stock.seal();
    expect(await verifyLive()).toBe('whole\n');
  });

  it('finds a forged signature, a changed seal, and a row that came in past the product', async () => {
    const forged = await afterTampering(() =>
      sql(`UPDATE audit_checkpoints SET signature = translate(signature, 'abcdef', 'bcdefa')`),
    );
    expect(forged).toContain('[signature wrong]');
    const { seq, rowId } = await linkOf('login');
    const changed = await afterTampering(() =>
      sql('UPDATE audit_seals SET hash = sha256(hash) WHERE seq = $1', [seq]),
    );
    expect(changed).toBe(`not whole: login ${rowId} (#${seq}) has a seal that was changed [seal changed]\n`);
    const id = newId();
    const slipped = await afterTampering(async () => {
      await sql(
        `INSERT INTO operations SELECT $1, at, actor_id, actor_name, address, way, 'user.create', subject_type, subject_id,
           subject_name, before, after FROM operations LIMIT 1`,
        [id],
      );
      await sql('DELETE FROM audit_queue WHERE row_id = $1', [id]);
    });
    expect(slipped).toContain(`operation ${id} was never sealed`);
  });

  it('finds a row that was taken before its seal', async () => {
    const id = await stock.session({ recorded: false, commands: 1 });
    const out = await afterTampering(async () => {
      await sql('DELETE FROM commands WHERE session_id = $1', [id]);
      const head = await readFile(headFile);
      await stock.seal();
      await writeFile(headFile, head);
    });
    expect(out).toMatch(/^not whole: command [-\w]+ \(#\d+\) was removed \[removed\]\n$/);
    await stock.seal();
    expect(await verifyLive()).toMatch(/^whole/);
  });

  it('finds a session that was taken or changed while it ran, until its gateway tells its end', async () => {
    const [taken, changed] = [await stock.running(), await stock.running()];
    await stock.seal();
    expect(await verifyLive()).toBe('whole\n');
    const starts = links.parse(
      await sql(
        `SELECT seq, kind, row_id AS "rowId" FROM audit_seals WHERE kind = 'session-start' ORDER BY seq`,
      ),
    );
    const placeOf = (id: string): number => starts.find(({ rowId }) => rowId === id)?.seq ?? 0;
    await sql("UPDATE sessions SET username = 'mallory' WHERE id = $1", [changed.id]);
    expect(await verifyLive()).toBe(
      `not whole: session-start ${changed.id} (#${placeOf(changed.id)}) was changed after it was sealed [changed]\n`,
    );
    stock.end(changed);
    await sql('DELETE FROM sessions WHERE id = $1', [taken.id]);
    await expect.poll(() => sql('SELECT FROM audit_queue WHERE row_id = $1', [changed.id])).toHaveLength(1);
    await stock.seal();
    const removed = `not whole: session-start ${taken.id} (#${placeOf(taken.id)}) was removed [removed]\n`;
    expect(await verifyLive()).toBe(removed);
    // whoever takes the row of its end too, before its seal, does not get away with it
    stock.end(taken);
    await expect.poll(() => sql('SELECT FROM audit_queue WHERE row_id = $1', [taken.id])).toHaveLength(1);
    expect(
      await afterTampering(async () => {
        await sql('DELETE FROM audit_queue WHERE row_id = $1', [taken.id]);
        await sql('DELETE FROM sessions WHERE id = $1', [taken.id]);
      }),
    ).toBe(removed);
    await stock.seal();
    expect(await verifyLive()).toBe('whole\n');
  });

  it('finds a running session that was put there past the product', async () => {
    const start = await stock.running();
    const { id } = start;
    expect(await afterTampering(() => sql('DELETE FROM audit_queue WHERE row_id = $1', [id]))).toContain(
      `session-start ${id} was never sealed`,
    );
    stock.end(start);
    await expect.poll(() => sql('SELECT FROM audit_queue WHERE row_id = $1', [id])).toHaveLength(2);
    await stock.seal();
  });

  it('finds a changed result of a batch execution', async () => {
    const id = newId();
    await sql(
      `INSERT INTO batch_executions (id, user_id, username, source_address, way, system_user_id, system_username, command,
         pattern, parallel, time_limit_seconds, output_bytes, state, asset_count, created_at, finished_at)
       VALUES ($1, $1, 'alice', '192.0.2.7', 'console', $1, 'dev', 'id', '', 1, 1, 1, 'succeeded', 1, now(), NULL)`,
      [id],
    );
    await sql(
      `INSERT INTO batch_results (execution_id, asset_id, asset_name, place, state, stdout)
       VALUES ($1, $1, 'web-1', 0, 'succeeded', 'uid=0')`,
      [id],
    );
    await sql('UPDATE batch_executions SET finished_at = now() WHERE id = $1', [id]);
    await stock.seal();
    // one that has just ended may still be counted again
    expect((await sql('SELECT FROM audit_seals WHERE row_id = $1', [id])) as unknown[]).toHaveLength(0);
    await sql(`UPDATE audit_queue SET queued_at = queued_at - interval '1 minute' WHERE row_id = $1`, [id]);
    await stock.seal();
    const { seq } = await linkOf('batch');
    await sql(`UPDATE batch_results SET stdout = 'uid=1' WHERE execution_id = $1`, [id]);
    expect(await verifyLive()).toBe(
      `not whole: batch ${id} (#${seq}) was changed after it was sealed [changed]\n`,
    );
    await sql(`UPDATE batch_results SET stdout = 'uid=0' WHERE execution_id = $1`, [id]);
    expect(await verifyLive()).toBe('whole\n');
    await sql(`UPDATE batch_results SET reason_told = '{"message": "x"}' WHERE execution_id = $1`, [id]);
    expect(await verifyLive()).toMatch(/batch .* was changed/);
    await sql('UPDATE batch_results SET reason_told = NULL WHERE execution_id = $1', [id]);
    // what was sealed before results had this column holds no word of it
    const covered = await new CoveredRows(database).read(database, 'batch', [id]);
    expect(covered.get(id)?.['results']).not.toContain('reason_told');
  });

  it('finds a recording that was changed, cut, or taken', async () => {
    const { seq, rowId } = await linkOf('recording', 2);
    const file = await stock.recordingFile(rowId as SessionId);
    const whole = await readFile(file);
    const changed = `not whole: recording ${rowId} (#${seq}) has a file that was changed or cut [recording changed]\n`;
    await appendFile(file, 'x');
    expect(await verifyLive()).toBe(changed);
    await truncate(file, whole.length - 1);
    expect(await verifyLive()).toBe(changed);
    await rm(file);
    expect(await verifyLive()).toBe(
      `not whole: recording ${rowId} (#${seq}) has no file any more [recording missing]\n`,
    );
    await writeFile(file, whole);
    expect(await verifyLive()).toMatch(/^whole/);
  });

  it('loses nothing of many that write while it seals', async () => {
    const work = api.app.get(UnitOfWork);
    const note = (writer: number): Promise<void> =>
      work.run(systemActor, async (tx) => {
        await tx.record({
          action: 'test.note',
          subjectType: 'test',
          subjectId: null,
          subjectName: String(writer),
        });
        // commits come in another order than the rows
        await tx.manager.query('SELECT pg_sleep($1)', [(writer % 5) / 100]);
      });
    const writers = Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let index = 0; index < 40; index++) await note(writer + index);
      }),
    );
    const writing = { done: false };
    void writers.finally(() => (writing.done = true));
    while (!writing.done) await Promise.all([stock.seal(), stock.seal()]);
    await writers;
    await stock.seal();
    const [count] = z.array(z.object({ sealed: z.number(), waiting: z.number() })).parse(
      await sql(`SELECT (SELECT count(*)::int FROM audit_queue) AS waiting, count(*)::int AS sealed
          FROM audit_seals s JOIN operations o ON o.id = s.row_id AND s.kind = 'operation' WHERE o.action = 'test.note'`),
    );
    expect(count).toEqual({ sealed: 160, waiting: 0 });
    expect(await verifyLive()).toMatch(/^whole/);
  });

  it('checks the rows by itself, keeps what it found, and tells auditors', async () => {
    const auditor = await api.addUser('eve', 'auditor');
    const user = await api.addUser('norm');
    await user.client.get('/audit/integrity').expect(403);
    await stock.seal();
    const inspector = api.app.get(AuditInspector);
    expect(await inspector.state()).toMatchObject({ waiting: 0, lastCheck: null });
    const seq = await lastSeq();
    expect(await inspector.check()).toMatchObject({ records: seq, problem: null });
    const victim = await linkOf('command');
    await afterTampering(async () => {
      await sql('DELETE FROM commands WHERE id = $1', [victim.rowId]);
      await inspector.check();
      // who has the database can't say that it is whole
      const forged = JSON.stringify({ at: new Date(), records: seq, problem: null });
      await sql(`INSERT INTO settings (key, value) VALUES ('audit-check', $1)`, [forged]);
    });
    const body: unknown = (await auditor.client.get('/audit/integrity').expect(200)).body;
    expect(body).toHaveProperty(
      'publicKey',
      await readFile(join(api.dataDir, 'keys/audit.public.pem'), 'utf8'),
    );
    expect(body).toMatchObject({
      checkpoint: { seq },
      lastCheck: { problem: { fault: 'removed', seq: victim.seq, kind: 'command', id: victim.rowId } },
      checkingSince: null,
    });
    await user.client.post('/audit/integrity/check').expect(403);
    const before = Date.now();
    await Promise.all([1, 2, 3].map(() => auditor.client.post('/audit/integrity/check').expect(202)));
    const state = z.object({ checkingSince: z.null(), lastCheck: z.object({ at: z.coerce.date() }) });
    const now = async (): Promise<unknown> => (await auditor.client.get('/audit/integrity')).body as unknown;
    await expect
      .poll(async () => state.safeParse(await now()).data?.lastCheck.at.getTime() ?? 0, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(before);
    expect(await now()).toMatchObject({ lastCheck: { problem: null } });
  });
});
