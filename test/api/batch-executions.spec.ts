import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Gateway } from '#libs/database';
import { asId, newId, type BatchExecutionId, type GatewayId } from '#libs/kernel';
import { BatchLedger, type BatchOutcome, type BatchTarget } from '#libs/session-audit';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const shown = z.object({
  id: z.string(),
  username: z.string(),
  state: z.string(),
  assetCount: z.number(),
  succeededCount: z.number(),
  failedCount: z.number(),
  stoppedCount: z.number(),
  finishedAt: z.string().nullable(),
  stoppedBy: z.string().nullable(),
});
const list = z.object({ items: z.array(shown), total: z.number(), nextCursor: z.string().nullable() });
const preview = z.object({
  items: z.array(z.object({ name: z.string() })),
  total: z.number(),
  withheldCount: z.number(),
});
const results = z.object({
  items: z.array(
    z.object({
      assetId: z.string(),
      assetName: z.string(),
      state: z.string(),
      failure: z.string().nullable(),
      reason: z.string(),
      reasonTold: z.object({ message: z.string(), code: z.string() }).nullable(),
      stdout: z.string(),
      startedAt: z.string().nullable(),
    }),
  ),
  total: z.number(),
});

describe('batch executions', () => {
  let api: StockedApi;
  let admin: Caller;
  let auditor: Caller;
  let me: Caller;
  let someone: Caller;
  let dev: string;
  let ledger: BatchLedger;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    api = await StockedApi.start();
    [admin, auditor, me, someone] = [
      api.as('admin'),
      api.as('auditor'),
      api.as('user'),
      api.as('group_admin'),
    ];
    ledger = api.find(BatchLedger);
    dev = await admin.made('/system-users', { username: 'dev', password: 'x' });
    const production = { environment: 'production', labels: { team: 'shop' } };
    for (const [index, name] of ['web-1', 'web-2', 'db-1', 'db-2', 'secret-1'].entries()) {
      const more = name === 'web-1' ? production : {};
      ids[name] = await admin.made('/assets', { name, address: `10.0.0.${index}`, ...more });
    }
    const groupId = await admin.made('/asset-groups', { name: 'All' });
    const assetIds = idsOf('db-1', 'db-2');
    await admin.made('/asset-groups', { name: 'Databases', parentId: groupId, assetIds });
    await admin.made('/pushes', { systemUserId: dev, assetIds: Object.values(ids), mode: 'record-only' });
    await give('mine', ['connect', 'exec'], idsOf('web-1', 'web-2', 'db-1'));
    await give('only to log in', ['connect'], idsOf('db-2'));
    return () => api.stop();
  });

  const idsOf = (...names: string[]): string[] => names.map((name) => ids[name] ?? '');
  const give = (name: string, actions: string[], assetIds: string[]): Promise<string> =>
    admin.made('/authorization-rules', {
      name,
      userIds: [me.userId],
      assetIds,
      systemUserIds: [dev],
      actions,
    });
  const begin = (body: object, who = me): Promise<Answer> =>
    who.post('/batch-executions', { systemUserId: dev, command: 'uptime', ...body });
  const begun = async (body: object = { pattern: '*' }, who = me): Promise<BatchExecutionId> => {
    const answer = await begin(body, who);
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    return asId<BatchExecutionId>(z.object({ id: z.string() }).parse(answer.body).id);
  };
  const show = async (id: string, who = me): Promise<z.infer<typeof shown>> =>
    shown.parse((await who.get(`/batch-executions/${id}`)).body);
  const resultsOf = async (id: string, query = ''): Promise<z.infer<typeof results>> =>
    results.parse((await me.get(`/batch-executions/${id}/results?${query}`)).body);
  const matching = async (pattern: string): Promise<{ names: string[]; withheld: number }> => {
    const answer = await me.post('/batch-executions/preview', { systemUserId: dev, pattern });
    const { items, withheldCount } = preview.parse(answer.body);
    return { names: items.map(({ name }) => name), withheld: withheldCount };
  };
  /** A gateway as its row shows it. */
  const gateway = async (secondsAgo = 0): Promise<GatewayId> => {
    const id = newId<GatewayId>();
    const lastSeenAt = new Date(Date.now() - secondsAgo * 1000);
    const row = { id, hostname: 'h', internalUrl: 'http://h', startedAt: lastSeenAt, lastSeenAt };
    await api.database.getRepository(Gateway).insert(row);
    return id;
  };
  const outcomeOf = (target: BatchTarget | undefined, stdout: string): BatchOutcome => ({
    assetId: target?.assetId ?? newId(),
    ...{ state: 'succeeded', exitStatus: 0, signal: null, failure: null, reason: '', sessionId: null },
    reasonTold: null,
    ...{ stdout: Buffer.from(stdout), stderr: Buffer.alloc(0), cutBytes: 0, digest: stdout.slice(0, 1) },
  });
  /** Takes what waits until it is this one. */
  const claim = async (gatewayId: GatewayId, id: string): Promise<void> => {
    for (;;) {
      const claimed = await ledger.claim(gatewayId, 0);
      if (!claimed) throw new Error('it does not wait');
      if (claimed.id === id) return;
    }
  };

  it('name as whom one may run commands, and on how many assets', async () => {
    const { body } = await me.get('/me/exec-accounts');
    expect(body).toEqual({ items: [{ id: dev, username: 'dev', assetCount: 3 }] });
    expect((await someone.get('/me/exec-accounts')).body).toEqual({ items: [] });
  });

  it('are left to the gateway that still has the connections, for a moment', async () => {
    const [mine, other] = [await gateway(), await gateway()];
    const first = await begun({ pattern: 'web-1', command: 'true' });
    await claim(mine, first);
    for (const target of await ledger.targets(first)) {
      await ledger.begin(mine, first, target.assetId);
      ledger.finish(mine, first, outcomeOf(target, ''));
    }
    await ledger.close(first);

    const second = await begun({ pattern: 'web-1', command: 'true' });
    expect(await ledger.claim(other, 60_000)).toBeNull();
    expect(await ledger.claim(mine, 60_000)).toMatchObject({ id: second });

    // it has no hand free
    const third = await begun({ pattern: 'web-1', command: 'true' });
    await api.database.query(
      `UPDATE batch_executions SET finished_at = now(), state = 'stopped' WHERE id = $1`,
      [second],
    );
    expect(await ledger.claim(other, 60_000)).toBeNull();
    await expect.poll(() => ledger.claim(other, 60_000), { timeout: 5_000 }).toMatchObject({ id: third });
    // it was lost
    const fourth = await begun({ pattern: 'web-1', command: 'true' });
    await api.database.getRepository(Gateway).delete(mine);
    await api.database.query(
      `UPDATE batch_executions SET finished_at = now(), state = 'stopped', gateway_id = $2 WHERE id = $1`,
      [third, mine],
    );
    expect(await ledger.claim(other, 60_000)).toMatchObject({ id: fourth });
  });

  it('show what a pattern takes of one’s own assets before it runs', async () => {
    expect(await matching('*')).toEqual({ names: ['db-1', 'web-1', 'web-2'], withheld: 1 });
    expect(await matching('web-*,!web-2')).toEqual({ names: ['web-1'], withheld: 0 });
    expect(await matching('@all')).toEqual({ names: ['db-1'], withheld: 1 });
    expect(await matching('environment=production team=shop')).toEqual({ names: ['web-1'], withheld: 0 });
    expect(await matching('secret-*')).toEqual({ names: [], withheld: 0 });
    expect(
      failureOf(await me.post('/batch-executions/preview', { systemUserId: dev, pattern: '"' })),
    ).toEqual({
      ...{ status: 422, code: 'validation_failed', fields: ['pattern:unclosed_quote'] },
    });
  });

  it.each([
    ['nothing to run on', { pattern: 'secret-1' }, 'pattern:no_target'],
    ['only what may not be run on', { pattern: 'db-2' }, 'pattern:action_not_allowed'],
    ['neither pattern nor ids', {}, 'pattern:pattern_or_ids'],
    ['blanks for a command', { pattern: '*', command: '\n' }, 'command:blank_ends'],
    ['no command', { pattern: '*', command: '' }, 'command:required'],
    [
      'an escape sequence in the command',
      { pattern: '*', command: 'echo \x1b[1m' },
      'command:control_characters',
    ],
    ['too many at once', { pattern: '*', parallel: 101 }, 'parallel:out_of_range'],
    ['no time', { pattern: '*', timeLimitSeconds: 0 }, 'timeLimitSeconds:out_of_range'],
  ])('refuse %s', async (_, body, field) => {
    expect(failureOf(await begin(body)).fields).toEqual([field]);
  });

  it('refuse ids of which one is not the caller’s, whether it exists or not', async () => {
    for (const foreign of [ids['secret-1'], newId()]) {
      const answer = await begin({ assetIds: [ids['web-1'], foreign] });
      expect(failureOf(answer).fields).toEqual(['assetIds:no_target']);
    }
    expect(failureOf(await begin({ assetIds: [ids['db-2']] })).fields).toEqual([
      'assetIds:action_not_allowed',
    ]);
    expect(failureOf(await begin({ pattern: '*' }, someone)).fields).toEqual(['pattern:no_target']);
  });

  it('are seen by their owner and by auditors alone', async () => {
    const id = await begun();
    for (const who of [me, admin, auditor]) {
      expect(await show(id, who)).toMatchObject({ state: 'queued', assetCount: 3 });
      expect(list.parse((await who.get('/batch-executions')).body).items[0]?.id).toBe(id);
    }
    expect((await someone.get(`/batch-executions/${id}`)).status).toBe(404);
    expect(list.parse((await someone.get('/batch-executions')).body).total).toBe(0);
    expect(list.parse((await admin.get('/batch-executions?mine=true')).body).total).toBe(0);
    const theirs = await someone.get(`/batch-executions?userId=${me.userId}`);
    expect(list.parse(theirs.body).total).toBe(0);
    expect((await auditor.post(`/batch-executions/${id}/stop`)).status).toBe(404);
    expect((await admin.post(`/batch-executions/${id}/stop`)).status).toBe(200);
    expect(await show(id)).toMatchObject({ state: 'stopped', stoppedCount: 3, stoppedBy: 'admin' });
    const { body } = await admin.get(`/operations?subjectId=${id}&sort=at`);
    const actions = z.object({ items: z.array(z.object({ action: z.string() })) }).parse(body).items;
    expect(actions.map(({ action }) => action)).toEqual(['batch-execution.begin', 'batch-execution.stop']);
  });

  it('are taken by one gateway; equal outcomes are one', async () => {
    const id = await begun({ pattern: '*', command: 'printf "%s\\n" a' });
    const [mine, other] = [await gateway(), await gateway()];
    await claim(mine, id);
    expect(await ledger.claim(other, 0)).toBeNull();
    const targets = await ledger.targets(id);
    expect(targets.map(({ assetName }) => assetName)).toEqual(['db-1', 'web-1', 'web-2']);
    for (const { assetId } of targets) {
      expect(await ledger.begin(other, id, assetId)).toBe(false);
      expect(await ledger.begin(mine, id, assetId)).toBe(true);
      expect(await ledger.begin(mine, id, assetId), 'a second time').toBe(false);
    }
    const [db, web1, web2] = targets;
    ledger.finish(other, id, outcomeOf(db, 'forged'));
    for (const outcome of [outcomeOf(db, 'b\0'), outcomeOf(web1, 'a'), outcomeOf(web2, 'a')])
      ledger.finish(mine, id, outcome);
    await ledger.close(id);
    expect(await show(id)).toMatchObject({ state: 'succeeded', succeededCount: 3 });
    const { body } = await me.get(`/batch-executions/${id}/groups`);
    expect(body).toMatchObject({
      items: [
        { count: 2, assetNames: ['web-1', 'web-2'], stdout: 'a' },
        { count: 1, assetNames: ['db-1'], stdout: 'b␀' },
      ],
      total: 2,
    });
    expect((await resultsOf(id, 'digest=a&sort=-assetName')).items.map(({ assetName }) => assetName)).toEqual(
      ['web-2', 'web-1'],
    );
    expect(await resultsOf(id, 'state=failed')).toEqual({ items: [], total: 0 });
    const one = await me.get(`/batch-executions/${id}/results/${ids['db-1']}`);
    expect(one.body).toMatchObject({ stdout: 'b␀', keptBytes: 2 });
    expect((await me.get(`/batch-executions/${id}/results/${ids['db-2']}`)).status).toBe(404);
  });

  it('of a lost gateway have failed, what was begun and what was not, and wait for nobody', async () => {
    const id = await begun();
    const lost = await gateway(30);
    await claim(lost, id);
    const [first] = await ledger.targets(id);
    await ledger.begin(lost, id, first?.assetId ?? newId());
    await ledger.sweep();
    expect(await show(id)).toMatchObject({ state: 'failed', failedCount: 3 });
    const { items } = await resultsOf(id, 'sort=assetName');
    expect(items.map(({ failure }) => failure)).toEqual(['gateway_lost', 'gateway_lost', 'gateway_lost']);
    expect(items[0]?.reason).toMatch(/not known; it is not run again/);
    expect(items[1]).toMatchObject({ startedAt: null, reason: 'The gateway was lost before it began here.' });
    expect(items.map(({ reasonTold }) => reasonTold?.code)).toEqual([
      'lost-running',
      'lost-queued',
      'lost-queued',
    ]);
    expect(items[1]?.reasonTold?.message).toBe(items[1]?.reason);
    expect(await ledger.claim(await gateway(), 0)).toBeNull();
    // it lived and only the database was out of its reach: what it knows is more than that it was lost
    ledger.finish(lost, id, outcomeOf(first, 'late'));
    await ledger.close(id);
    expect(await show(id)).toMatchObject({ state: 'partial', succeededCount: 1, failedCount: 2 });
    expect((await resultsOf(id, 'state=succeeded')).items[0]).toMatchObject({ reason: '', reasonTold: null });
  });

  it('that are stopped begin nothing more; stopping again changes nothing', async () => {
    const id = await begun();
    const mine = await gateway();
    await claim(mine, id);
    const [first, second] = await ledger.targets(id);
    await ledger.begin(mine, id, first?.assetId ?? newId());
    expect((await me.post(`/batch-executions/${id}/stop`)).status).toBe(200);
    expect(await show(id)).toMatchObject({ state: 'running', stoppedCount: 2, finishedAt: null });
    expect(await ledger.begin(mine, id, second?.assetId ?? newId())).toBe(false);
    expect(await ledger.ended([id])).toEqual([id]);
    ledger.finish(mine, id, { ...outcomeOf(first, ''), state: 'stopped', exitStatus: null });
    await ledger.close(id);
    const over = await show(id);
    expect(over).toMatchObject({ state: 'stopped', stoppedCount: 3 });
    expect((await admin.post(`/batch-executions/${id}/stop`)).body).toMatchObject({
      stoppedBy: over.stoppedBy,
    });
  });
});
