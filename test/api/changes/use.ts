import type { Somebody } from '../api-fixture.js';
import type { Change, World } from './world.js';

type Requests = Readonly<Record<string, (world: World) => Promise<Change>>>;

async function rule(world: World): Promise<{ id: string; body: object }> {
  const { person, assetId, systemUserId } = await world.reached();
  const sides = { userIds: [person.id], assetIds: [assetId], systemUserIds: [systemUserId] };
  const body = { name: world.name('rule'), ...sides };
  return { id: await world.made('/authorization-rules', { ...body, name: world.name('rule') }), body };
}

async function batch(world: World): Promise<{ by: Somebody; body: object }> {
  const { person: by, assetId, systemUserId } = await world.reached();
  return { by, body: { systemUserId, assetIds: [assetId], command: 'id' } };
}

async function favourite(world: World): Promise<{ by: Somebody; id: string }> {
  const { person: by, assetId: id } = await world.reached();
  return { by, id };
}

/** Rules, and what users do by them. */
export const USE: Requests = {
  createRule: async (world) => ({ body: (await rule(world)).body }),
  updateRule: async (world) => ({ ids: { id: (await rule(world)).id }, body: { comment: 'changed' } }),
  deleteRule: async (world) => ({ ids: { id: (await rule(world)).id } }),
  deleteRules: async (world) => ({ body: { ids: [(await rule(world)).id] } }),
  addFavourite: async (world) => {
    const { by, id } = await favourite(world);
    return { by, ids: { id } };
  },
  removeFavourite: async (world) => {
    const { by, id } = await favourite(world);
    await by.client.put(`/me/favourites/${id}`).expect(204);
    return { by, ids: { id } };
  },
  terminateSession: async (world) => ({ ids: { id: await world.session() } }),
  checkAudit: () => Promise.resolve({}),
  createBatchExecution: batch,
  stopBatchExecution: async (world) => {
    const { by, body } = await batch(world);
    return { by, ids: { id: await world.madeBy(by, '/batch-executions', body) } };
  },
};

const KEPT = ['session', 'command', 'fileTransfer', 'login', 'operation', 'batch'];

/** Settings of the product. Each is another than the first one. */
export const SETTINGS: Requests = {
  setMailSettings: (world) =>
    Promise.resolve({
      body: {
        ...{ enabled: false, host: 'smtp.example.org', port: 465, security: 'tls' },
        ...{ username: 'gatehouse', password: world.secret(), senderName: 'Gatehouse' },
      },
    }),
  setSecurity: () => Promise.resolve({ body: { secondFactorFor: 'roles', secondFactorRoles: ['auditor'] } }),
  setDefaults: () => Promise.resolve({ body: { port: 2022 } }),
  setFactsTimes: () => Promise.resolve({ body: { nightly: true, time: '03:33' } }),
  setMonitor: () => Promise.resolve({ body: { tellsWatched: true } }),
  setDriftTimes: () => Promise.resolve({ body: { nightly: true, time: '04:44' } }),
  setPushEngine: () => Promise.resolve({ body: { engine: 'agentless', ansibleLimitSeconds: 601 } }),
  setSshBanner: () => Promise.resolve({ body: { banner: 'For staff only.' } }),
  setFirstHour: () => Promise.resolve({ body: { dismissed: true } }),
  setRetention: () =>
    Promise.resolve({
      body: {
        ...{ recordingDays: 30, recordingGibibytes: 10 },
        ...Object.fromEntries(KEPT.map((kind) => [`${kind}Days`, 365])),
      },
    }),
};
