import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock, type GatewayId, type SessionId } from '#libs/kernel';
import { AuditSpool, spoolStatements, type SpoolGap } from '#libs/session-audit';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const person = {
  ...{ userId: newId(), username: 'alice', assetId: newId(), assetName: 'web-1' },
  ...{ systemUserId: newId(), systemUsername: 'dev' },
};

describe('the spool of audit records', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;
  let folder: string;
  const opened: AuditSpool[] = [];

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
    folder = join(postgres.dataDir, 'spool');
  });
  afterAll(() => postgres.stop());
  afterEach(async () => {
    for (const spool of opened.splice(0)) await spool.close(5_000);
  });

  async function open(
    maxBytes?: number,
  ): Promise<{ spool: AuditSpool; path: string; dangers: unknown[]; gaps: (SpoolGap | null)[] }> {
    const id = newId<GatewayId>();
    const { dataDir, url: databaseUrl } = postgres;
    const parts = { dataDir, databaseUrl, clock: systemClock, logger: pino({ level: 'silent' }) };
    const statements = spoolStatements(database);
    const spool = new AuditSpool({ ...parts, statements, ...(maxBytes !== undefined && { maxBytes }) });
    const dangers: unknown[] = [];
    const gaps: (SpoolGap | null)[] = [];
    spool.listen({ inDanger: (error) => dangers.push(error), outOfDanger: (gap) => gaps.push(gap) });
    await spool.open(id);
    opened.push(spool);
    return { spool, path: join(folder, `${id}.spool`), dangers, gaps };
  }

  const command = (session: SessionId, text: string, id = newId()): object => ({
    ...{ id, sessionId: session, ...person, kind: 'line', command: text, certain: true },
    ...{ at: new Date(), offsetMs: 5 },
  });
  const texts = async (session: SessionId): Promise<string[]> => {
    const rows: { command: string }[] = await database.query(
      'SELECT command FROM commands WHERE session_id = $1 ORDER BY at, command',
      [session],
    );
    return rows.map(({ command: text }) => text);
  };
  const lineOf = (kind: string, record: object): string => `${JSON.stringify({ k: kind, r: record })}\n`;

  it('takes every kind to its table, as it was noted', async () => {
    const { spool } = await open();
    const session = newId<SessionId>();
    spool.note('command', command(session, 'echo \0 \ud800 ü'));
    const at = new Date('2026-03-04T05:06:07.089Z');
    const login = { id: newId(), at, username: 'eve', userId: null, address: '192.0.2.1', way: 'ssh' };
    spool.note('login', { ...login, method: 'password', succeeded: false, reason: 'wrong password' });
    const subject = { subjectType: 'session', subjectId: session, subjectName: 'x' };
    const operation = { id: newId(), at, actorId: null, actorName: 'system', address: null, way: 'system' };
    spool.note('operation', {
      ...operation,
      ...subject,
      action: 'session.unwatch',
      before: null,
      after: { seconds: 3 },
    });
    await spool.settled();
    expect(await texts(session)).toEqual(['echo \ufffd \ufffd ü']);
    expect(
      await database.query('SELECT at, username, user_id, succeeded FROM login_attempts WHERE id = $1', [
        login.id,
      ]),
    ).toEqual([{ at, username: 'eve', user_id: null, succeeded: false }]);
    expect(
      await database.query('SELECT action, before, after FROM operations WHERE id = $1', [operation.id]),
    ).toEqual([{ action: 'session.unwatch', before: null, after: { seconds: 3 } }]);
  });

  it('keeps all while the database is away, for its owner only, and writes each record once', async () => {
    const { spool, path } = await open();
    const session = newId<SessionId>();
    spool.note('command', command(session, 'before'));
    await spool.settled();
    await postgres.goAway();
    const expected = ['before'];
    for (let index = 100; index < 3_100; index++) {
      expected.push(`while ${index}`);
      spool.note('command', command(session, `while ${index}`));
    }
    await expect.poll(async () => (await readFile(path, 'utf8')).includes('while 3099')).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await postgres.comeBack();
    await spool.settled();
    expect((await texts(session)).sort()).toEqual(expected.sort());
  });

  it('is written by another gateway when its own is dead, also what was cut or written already', async () => {
    const session = newId<SessionId>();
    const written = newId();
    const { spool: first } = await open();
    first.note('command', command(session, 'a', written));
    await first.settled();
    const path = join(folder, `${newId()}.spool`);
    const lines = [command(session, 'a', written), command(session, 'b'), command(session, 'c')].map(
      (record) => lineOf('command', record),
    );
    await writeFile(path, `${lines.join('')}${lineOf('command', command(session, 'd')).slice(0, 40)}`);
    const { spool: living } = await open();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await texts(session), 'its owner may live').toEqual(['a']);
    await living.close(5_000);
    const dead = new Date(Date.now() - 30_000);
    await utimes(path, dead, dead);
    await open();
    await expect.poll(() => texts(session), { timeout: 10_000 }).toEqual(['a', 'b', 'c']);
    // whoever takes it over puts its own id before: neither name is there any more
    const left = async (): Promise<string[]> =>
      (await readdir(folder)).filter((name) => name === basename(path) || /^[^.]+\.[^.]+\.spool$/.test(name));
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  });

  it('brings nothing back that was sealed, and deleted with right', async () => {
    const session = newId<SessionId>();
    const [sealed, late] = [newId(), newId()];
    await database.query(
      `INSERT INTO audit_seals (seq, kind, row_id, hash, chain) VALUES (999999, 'command', $1, ''::bytea, ''::bytea)`,
      [sealed],
    );
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${newId()}.spool`);
    await writeFile(
      path,
      lineOf('command', command(session, 'sealed', sealed)) +
        lineOf('command', command(session, 'late', late)),
    );
    const dead = new Date(Date.now() - 30_000);
    await utimes(path, dead, dead);
    await open();
    await expect.poll(() => texts(session), { timeout: 10_000 }).toEqual(['late']);
  });

  it('goes on when another takes it for dead: no record is in nobody’s file', async () => {
    const { spool, path } = await open();
    const session = newId<SessionId>();
    await postgres.goAway();
    spool.note('command', command(session, 'one'));
    await expect.poll(async () => (await readFile(path, 'utf8')).includes('one')).toBe(true);
    const { spool: heir, path: its } = await open();
    const taken = join(folder, `${its.slice(folder.length + 1, -'.spool'.length)}.taken.spool`);
    await rename(path, taken);
    spool.note('command', command(session, 'two'));
    await expect.poll(async () => readFile(path, 'utf8').catch(() => '')).toContain('two');
    await postgres.comeBack();
    await spool.settled();
    await heir.settled();
    await expect.poll(() => texts(session), { timeout: 15_000 }).toEqual(['one', 'two']);
  });

  it('keeps what is noted while it closes and after that for whoever comes next', async () => {
    const { spool, path } = await open();
    const session = newId<SessionId>();
    spool.note('command', command(session, 'a'));
    await spool.settled();
    const closing = spool.close(5_000);
    spool.note('command', command(session, 'b'));
    await closing;
    spool.note('command', command(session, 'c'));
    spool.note('command', command(session, 'd'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const dead = new Date(Date.now() - 30_000);
    await utimes(path, dead, dead);
    await open();
    await expect.poll(() => texts(session), { timeout: 10_000 }).toEqual(['a', 'b', 'c', 'd']);
  });

  it('puts aside what the database refuses for good; the others are written', async () => {
    const { spool } = await open();
    const session = newId<SessionId>();
    spool.note('command', command(session, 'good'));
    spool.note('command', { ...command(session, 'bad'), at: null });
    spool.note('command', command(session, 'good too'));
    await spool.settled();
    expect(await texts(session)).toEqual(['good', 'good too']);
    expect(await readFile(join(folder, 'refused.jsonl'), 'utf8')).toContain('"bad"');
  });

  it('says so when neither database nor disk takes records, and keeps them in memory', async () => {
    const { spool, dangers, gaps } = await open(2_000);
    const session = newId<SessionId>();
    for (let index = 0; index < 20; index++) spool.note('command', command(session, `full ${index + 10}`));
    await spool.settled();
    expect(dangers, 'the database takes them').toEqual([]);
    await postgres.goAway();
    const begin = performance.now();
    for (let index = 20; index < 40; index++) spool.note('command', command(session, `full ${index + 10}`));
    await expect.poll(() => dangers.length, { timeout: 5_000 }).toBe(1);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(spool.inDanger?.message).toMatch(/2000 bytes/);
    await postgres.comeBack();
    await spool.settled();
    await expect.poll(() => gaps, { timeout: 5_000 }).toEqual([null]);
    expect(spool.inDanger).toBeNull();
    expect((await texts(session)).sort()).toEqual(Array.from({ length: 40 }, (_, n) => `full ${n + 10}`));
  });
});
