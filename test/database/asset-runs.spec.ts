import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ControlBus, UnitOfWork } from '#libs/database';
import {
  planRun,
  RunBook,
  RunLedger,
  unsuccessfulAssets,
  type RunItemRow,
  type RunRow,
} from '#libs/inventory';
import { newId, systemActor, systemClock, type AssetId, type GatewayId, type RunId } from '#libs/kernel';
import {
  RunWorker,
  RunWorkerParts,
  StepFailure,
  type RunCraft,
  type RunTask,
} from '../../apps/gateway/src/jobs/run-worker.js';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const ASSETS = 40;

describe('runs over assets', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;
  let unitOfWork: UnitOfWork;
  let book: RunBook;
  let ledger: RunLedger;
  const assets: AssetId[] = [];
  const running: { worker: RunWorker; bus: ControlBus }[] = [];

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
    unitOfWork = new UnitOfWork(database, systemClock);
    book = new RunBook(database, unitOfWork);
    ledger = new RunLedger(database);
    for (let n = 0; n < ASSETS; n++) assets.push(newId<AssetId>());
    await database.query(
      `INSERT INTO assets (id, name, address, active, comment)
       SELECT id, 'web-' || lpad(n::text, 2, '0'), '127.0.0.1', true, '' FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)`,
      [assets],
    );
  });
  afterAll(() => postgres.stop());
  afterEach(async () => {
    for (const { worker, bus } of running.splice(0)) {
      await worker.stop();
      await bus.close();
    }
    await database.query('DELETE FROM asset_runs');
  });

  const plan = (assetIds = assets): Promise<RunId> =>
    unitOfWork.run(systemActor, (tx) => planRun(tx, { kind: 'facts', assetIds, terms: { word: 'x' } }));
  const show = (id: RunId): Promise<RunRow> => book.get('facts', id);
  const results = async (id: RunId): Promise<RunItemRow[]> =>
    (await book.results('facts', id, { page: 1, pageSize: 200 })).items;

  async function start(perform: RunCraft['perform'], more: Partial<RunCraft> = {}): Promise<GatewayId> {
    const gatewayId = newId<GatewayId>();
    const bus = new ControlBus(postgres.url, pino({ level: 'silent' }));
    await bus.open();
    const craft = { kind: 'facts' as const, concurrency: 8, timeLimitMs: 10_000, perform, ...more };
    const parts = new RunWorkerParts(gatewayId, ledger, bus, pino({ level: 'silent' }));
    const worker = new RunWorker(craft, parts);
    running.push({ worker, bus });
    worker.start();
    return gatewayId;
  }

  const until = <T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> =>
    vi.waitFor(
      async () => {
        const value = await look();
        expect(holds(value), JSON.stringify(value)).toBe(true);
        return value;
      },
      { timeout: 20_000, interval: 20 },
    );
  const ended = (id: RunId): Promise<RunRow> =>
    until(
      () => show(id),
      (run) => run.finishedAt !== null,
    );

  it('are shared by several gateways, each asset done once, up to so many at a time', async () => {
    const done: AssetId[] = [];
    const busy = new Map<string, number>();
    const most = new Map<string, number>();
    const by =
      (name: string) =>
      async (task: RunTask): Promise<Record<string, unknown>> => {
        busy.set(name, (busy.get(name) ?? 0) + 1);
        most.set(name, Math.max(most.get(name) ?? 0, busy.get(name) ?? 0));
        await new Promise((resolve) => setTimeout(resolve, 10));
        busy.set(name, (busy.get(name) ?? 0) - 1);
        done.push(task.assetId);
        return { by: name, word: task.terms['word'] };
      };
    await start(by('one'), { concurrency: 4 });
    await start(by('two'), { concurrency: 4 });
    const run = await ended(await plan());
    expect(run).toMatchObject({
      state: 'succeeded',
      succeededCount: ASSETS,
      failedCount: 0,
      assetCount: ASSETS,
    });
    expect(done.toSorted()).toEqual(assets.toSorted());
    expect([...most.values()].every((count) => count <= 4)).toBe(true);
    const outcomes = (await results(run.id)).map(({ outcome }) => outcome);
    expect(new Set(outcomes.map(({ by: name }) => name))).toEqual(new Set(['one', 'two']));
    expect(outcomes.every(({ word }) => word === 'x')).toBe(true);
  });

  it('say at which step each asset failed and why, with the steps before', async () => {
    await start(async ({ assetName, onStep }) => {
      onStep('connect', 'It answers.');
      if (assetName === 'web-01') throw new StepFailure('login', { message: 'Correct its password.' });
      if (assetName === 'web-02') throw new Error('secret inside');
      return {};
    });
    const run = await ended(await plan(assets.slice(0, 3)));
    expect(run).toMatchObject({ state: 'partial', succeededCount: 1, failedCount: 2 });
    const [first, second, third] = await results(run.id);
    expect(first).toMatchObject({
      assetName: 'web-01',
      state: 'failed',
      step: 'login',
      reason: 'Correct its password.',
    });
    expect(first?.steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['connect', true],
      ['login', false],
    ]);
    expect(second).toMatchObject({
      state: 'failed',
      step: 'connect',
      reason: 'The gateway failed. Its log says more.',
    });
    expect(third).toMatchObject({ state: 'succeeded', step: 'connect', reason: '' });
    const again = await unitOfWork.run(systemActor, (tx) => unsuccessfulAssets(tx, run.id));
    expect(again.toSorted()).toEqual(assets.slice(0, 2).toSorted());
  });

  it('show the step while an asset is under way', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    await start(async ({ onStep }) => {
      onStep('login', 'Logged in.');
      await gate;
      return {};
    });
    const id = await plan(assets.slice(0, 1));
    const [item] = await until(
      () => results(id),
      ([first]) => first?.step === 'login',
    );
    expect(item).toMatchObject({ state: 'running', finishedAt: null });
    go();
    expect((await ended(id)).state).toBe('succeeded');
  });

  it('do not wait for one that never ends, nor for another run', async () => {
    await start(
      ({ assetName }) => (assetName === 'web-01' ? new Promise(() => undefined) : Promise.resolve({})),
      { timeLimitMs: 500, concurrency: 2 },
    );
    const long = await plan();
    const short = await plan(assets.slice(5, 6));
    const shortRun = await ended(short);
    expect(shortRun.state).toBe('succeeded');
    const run = await ended(long);
    expect(run).toMatchObject({ state: 'partial', succeededCount: ASSETS - 1, failedCount: 1 });
    expect((await results(long))[0]?.reason).toMatch(/not done within/);
  });

  it('take turns: one asset does not wait until many are done', async () => {
    const order: string[] = [];
    const long = await plan();
    const short = await plan(assets.slice(20, 21));
    await start(
      async ({ runId }) => {
        order.push(runId);
        return {};
      },
      { concurrency: 1 },
    );
    await ended(long);
    expect(order.indexOf(short)).toBeLessThanOrEqual(1);
  });

  it('are stopped: nothing more is begun, what is in hand ends', async () => {
    const begun: AssetId[] = [];
    await start(
      ({ assetId, giveUp }) => {
        begun.push(assetId);
        return new Promise((_, reject) => {
          giveUp.addEventListener('abort', () => {
            reject(new Error('given up'));
          });
        });
      },
      { concurrency: 3 },
    );
    const id = await plan();
    await until(
      async () => begun.length,
      (count) => count === 3,
    );
    await book.stop({ ...systemActor, username: 'alice' }, 'facts', id);
    const run = await ended(id);
    expect(run).toMatchObject({ state: 'stopped', stoppedBy: 'alice', stoppedCount: ASSETS });
    expect(begun.length).toBe(3);
  });

  it('are stopped also where no gateway runs', async () => {
    const id = await plan();
    expect(await book.stop(systemActor, 'facts', id)).toMatchObject({
      state: 'stopped',
      stoppedCount: ASSETS,
    });
  });

  it('go on elsewhere when a gateway stops, or is lost', async () => {
    const id = await plan();
    await start(() => new Promise(() => undefined), { concurrency: 10 });
    await until(
      () => show(id),
      ({ runningCount }) => runningCount === 10,
    );
    const lost = newId<GatewayId>();
    const taken = await ledger.claim('facts', lost, 5);
    const [stopping] = running.splice(0);
    await stopping?.worker.stop();
    await stopping?.bus.close();
    expect(await show(id)).toMatchObject({ runningCount: 5 });
    await database.query(`UPDATE asset_run_items SET lease_until = now() WHERE worker_id = $1`, [lost]);
    await start(async () => ({ mine: true }));
    expect(await ended(id)).toMatchObject({ state: 'succeeded', succeededCount: ASSETS });
    const late = { state: 'failed' as const, step: null, reason: 'late', steps: [], outcome: {} };
    for (const item of taken) await ledger.finish(lost, item, late);
    expect((await results(id)).every(({ state, outcome }) => state === 'succeeded' && outcome['mine'])).toBe(
      true,
    );
  });

  it('give up what loses one gateway after another', async () => {
    const id = await plan(assets.slice(0, 1));
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await ledger.claim('facts', newId<GatewayId>(), 1)).toHaveLength(1);
      await database.query('UPDATE asset_run_items SET lease_until = now()');
      await ledger.sweep();
    }
    expect(await show(id)).toMatchObject({ state: 'failed', failedCount: 1 });
    expect((await results(id))[0]?.reason).toMatch(/Begun 3 times/);
  });

  it('keep what a gateway holds while it lives', async () => {
    const id = await plan(assets.slice(0, 1));
    const gateway = newId<GatewayId>();
    const taken = await ledger.claim('facts', gateway, 1);
    await database.query(`UPDATE asset_run_items SET lease_until = now() + interval '100 ms'`);
    expect(await ledger.renew(gateway, taken)).toMatchObject([{ runId: id, stopped: false }]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await ledger.sweep();
    expect(await ledger.claim('facts', newId<GatewayId>(), 1)).toEqual([]);
    expect(await ledger.renew(newId<GatewayId>(), taken)).toEqual([]);
  });
});
