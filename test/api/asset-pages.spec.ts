import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StockedApi, type Caller } from './stocked-api.js';

const ASSETS = 11;
const page = z.object({ total: z.number(), items: z.array(z.object({ name: z.string() })) });

describe('pages of the list of assets', () => {
  let api: StockedApi;
  let admin: Caller;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    const dataCenterId = await admin.made('/data-centers', { name: 'DC' });
    for (let number = 0; number < ASSETS; number++) {
      const more = {
        ...(number % 3 === 0 && { dataCenterId }),
        ...(number % 2 === 0 && { cpuCount: 1 + (number % 4) }),
      };
      await admin.made('/assets', { name: `web-${(number * 7) % ASSETS}`, address: '10.0.0.1', ...more });
    }
    return () => api.stop();
  });

  const read = async (query: string): Promise<z.infer<typeof page>> =>
    page.parse((await admin.get(`/assets?${query}`)).body);

  it.each(['name', '-name', 'dataCenter', '-dataCenter', 'cpuCount', '-cpuCount', 'createdAt', '-createdAt'])(
    'by %s together are the whole list in its order, also those read from its end',
    async (sort) => {
      const whole = (await read(`sort=${sort}&pageSize=200`)).items.map(({ name }) => name);
      expect(new Set(whole).size).toBe(ASSETS);
      for (const pageSize of [1, 2, 3, 4, 7, ASSETS]) {
        const pages: string[] = [];
        for (let number = 1; (number - 1) * pageSize < ASSETS; number++) {
          const { items, total } = await read(`sort=${sort}&pageSize=${pageSize}&page=${number}`);
          expect(total).toBe(ASSETS);
          pages.push(...items.map(({ name }) => name));
        }
        expect(pages).toEqual(whole);
      }
      expect(await read(`sort=${sort}&pageSize=4&page=9`)).toEqual({ items: [], total: ASSETS });
    },
  );
});
