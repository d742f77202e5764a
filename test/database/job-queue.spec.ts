import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobQueue } from '#libs/database';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const logger = pino({ level: 'silent' });
const PATIENCE_MS = 500;

describe('whoever waits for a job', () => {
  let postgres: ThrowAwayDatabase;
  let asker: JobQueue;
  let worker: JobQueue;

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    asker = new JobQueue(postgres.url, 'sender', logger);
    worker = new JobQueue(postgres.url, 'worker', logger);
    // a gateway may be there first: it waits until the queues are made
    const working = worker.open();
    await sleep(300);
    await Promise.all([working, asker.open()]);
  });
  afterAll(async () => {
    await worker.close();
    await asker.close();
    await postgres.stop();
  });

  const ask = (assetId: string): Promise<object> => asker.ask('asset.test', { assetId }, PATIENCE_MS);
  const because = (reason: string): object => ({ code: 'unavailable', details: { reason } });

  it('is told by a reason of its own that nobody takes it, that it failed, that all are busy, and that it is late', async () => {
    await expect(ask('a')).rejects.toMatchObject(because('gateways_silent'));
    const held = Promise.withResolvers<object>();
    const taken = Promise.withResolvers<boolean>();
    await worker.work('asset.test', 1, ({ assetId }) => {
      if (assetId === 'broken') return Promise.reject(new Error('broken'));
      if (assetId !== 'held') return Promise.resolve({ asset: assetId });
      taken.resolve(true);
      return held.promise;
    });
    expect(await asker.ask('asset.test', { assetId: 'b' }, 10_000)).toEqual({ asset: 'b' });
    await expect(asker.ask('asset.test', { assetId: 'broken' }, 10_000)).rejects.toMatchObject(
      because('job_failed'),
    );
    const late = asker.ask('asset.test', { assetId: 'held' }, 5_000).catch((error: unknown) => error);
    await taken.promise;
    await expect(ask('c')).rejects.toMatchObject(because('gateways_busy'));
    expect(await late).toMatchObject(because('job_late'));
    held.resolve({});
  });
});
