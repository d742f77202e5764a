import { beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

const BURST = 1_000;

describe('a burst of requests', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
    return () => api.stop();
  }, 60_000);

  it('of a thousand changes at once is worked off, and reads in the middle of it are answered', async () => {
    const asset = (number: number): object => ({ name: `burst-${number}`, address: '10.0.0.1' });
    const answers = Array.from({ length: BURST }, (_, number) => api.admin.post('/assets', asset(number)));
    const statuses = await Promise.all([
      ...answers.map(async (answer) => (await answer).status),
      api.admin.get('/assets?pageSize=1').then(({ status }) => status),
    ]);
    expect(statuses.filter((status) => status !== 201)).toEqual([200]);
    const listed = await api.admin.get('/assets?q=burst-&pageSize=1');
    expect(listed.body).toMatchObject({ total: BURST });
  }, 60_000);
});
