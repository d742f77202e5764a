import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const office = {
  timeZone: 'Europe/Berlin',
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '18:00' },
    { days: ['sat'], from: '22:00', until: '06:00' },
  ],
};
const named = z.array(z.object({ name: z.string() }));

describe('hours of authorization rules', () => {
  let api: StockedApi;
  let admin: Caller;
  let sides: object;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    const web = await admin.made('/assets', { name: 'web', address: '10.0.0.1' });
    const dev = await admin.made('/system-users', { username: 'dev', generateKey: true });
    await admin.made('/pushes', { systemUserId: dev, assetIds: [web], mode: 'record-only' });
    const alice = await admin.made('/users', {
      username: 'alice',
      name: 'alice',
      role: 'user',
      password: 'correct horse 4712',
    });
    sides = { userIds: [alice], assetIds: [web], systemUserIds: [dev] };
    return () => api.stop();
  });

  const create = (hours: unknown): Promise<Answer> =>
    admin.post('/authorization-rules', { name: 'refused', ...sides, hours });

  it('are given, kept, changed and taken away, and each change is logged', async () => {
    const id = await admin.made('/authorization-rules', { name: 'office', ...sides, hours: office });
    const hours = async (): Promise<unknown> => (await admin.get(`/authorization-rules/${id}`)).body;
    expect(await hours()).toMatchObject({ hours: office });
    await admin.patch(`/authorization-rules/${id}`, { comment: 'kept' });
    expect(await hours()).toMatchObject({ hours: office });
    await admin.patch(`/authorization-rules/${id}`, { hours: null });
    expect(await hours()).toMatchObject({ hours: null });
    const log = await api.database
      .getRepository(Operation)
      .find({ where: { subjectId: id }, order: { at: 'ASC' } });
    expect(log).toMatchObject([
      { before: null, after: { hours: office } },
      { before: { comment: '' }, after: { comment: 'kept' } },
      { before: { hours: office }, after: { hours: null } },
    ]);
  });

  it.each([
    ['no object', 'always', ['hours:not_an_object']],
    ['no zone', { windows: office.windows }, ['hours.timeZone:required']],
    ['an unknown zone', { ...office, timeZone: 'Mars/Base' }, ['hours.timeZone:unknown_time_zone']],
    ['SQL for a zone', { ...office, timeZone: "UTC'; SELECT 1 --" }, ['hours.timeZone:unknown_time_zone']],
    ['no windows', { timeZone: 'UTC', windows: [] }, ['hours.windows:too_few']],
    [
      'a window without days',
      { timeZone: 'UTC', windows: [{ days: [], from: '09:00', until: '10:00' }] },
      ['hours.windows.0.days:too_few'],
    ],
    [
      'a day that is none',
      { timeZone: 'UTC', windows: [{ days: ['someday'], from: '09:00', until: '10:00' }] },
      ['hours.windows.0.days:unknown_value'],
    ],
    [
      'times that are none',
      { timeZone: 'UTC', windows: [{ days: ['mon'], from: '24:00', until: '9' }] },
      ['hours.windows.0.from:not_a_time', 'hours.windows.0.until:not_an_end'],
    ],
    ['a window that is none', { timeZone: 'UTC', windows: [1] }, ['hours.windows:not_an_object']],
  ])('refuse %s', async (_what, hours, fields) => {
    expect(failureOf(await create(hours))).toEqual({ status: 422, code: 'validation_failed', fields });
  });

  it('know every time zone on both sides', async () => {
    const rows: unknown = await api.database.query('SELECT name FROM pg_timezone_names');
    const known = new Set(named.parse(rows).map(({ name }) => name));
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !known.has(zone))).toEqual([]);
  });
});
