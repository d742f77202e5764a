import { generateKey } from '#libs/kernel';
import type { Change, World } from './world.js';

type Requests = Readonly<Record<string, (world: World) => Promise<Change>>>;

async function adminAccount(world: World): Promise<string> {
  const body = { name: world.name('admin-account'), username: 'ops', password: world.secret() };
  return world.made('/admin-accounts', body);
}

/** A run over a new asset; `stopped`: it may be run again. */
async function run(world: World, path: string, body: object, stopped: boolean): Promise<Change> {
  const id = await world.made(path, body);
  if (stopped) await world.api.admin.post(`${path}/${id}/stop`).expect((answer) => answer.ok);
  return { ids: { id } };
}

const facts = async (world: World, stopped: boolean): Promise<Change> =>
  run(world, '/facts-runs', { assetIds: [await world.asset()] }, stopped);

const scan = async (world: World, stopped: boolean): Promise<Change> =>
  run(world, '/host-key-scans', { ids: [await world.asset()] }, stopped);

async function drift(world: World, stopped: boolean): Promise<Change> {
  const { systemUserId, assetId } = await world.pushedForReal();
  return run(world, '/drift-scans', { systemUserIds: [systemUserId], assetIds: [assetId] }, stopped);
}

async function push(world: World, stopped: boolean): Promise<Change> {
  const body = { systemUserId: await world.systemUser(), assetIds: [await world.asset()], mode: 'password' };
  const change = await run(world, '/pushes', body, stopped);
  return { ...change, body: {} };
}

/** Assets and what belongs to them. */
export const INVENTORY: Requests = {
  createAdminAccount: (world) =>
    Promise.resolve({
      body: { name: world.name('admin-account'), username: 'ops', password: world.secret() },
    }),
  updateAdminAccount: async (world) => ({
    ids: { id: await adminAccount(world) },
    body: { password: world.secret(), comment: 'changed' },
  }),
  deleteAdminAccount: async (world) => ({ ids: { id: await adminAccount(world) } }),
  createAssetGroup: (world) => Promise.resolve({ body: { name: world.name('group') } }),
  updateAssetGroup: async (world) => ({
    ids: { id: await world.made('/asset-groups', { name: world.name('group') }) },
    body: { comment: 'changed' },
  }),
  deleteAssetGroup: async (world) => ({
    ids: { id: await world.made('/asset-groups', { name: world.name('group') }) },
  }),
  createAsset: (world) => Promise.resolve({ body: { name: world.name('web'), address: '192.0.2.1' } }),
  updateAsset: async (world) => ({ ids: { id: await world.asset() }, body: { comment: 'changed' } }),
  editAssets: async (world) => ({ body: { ids: [await world.asset()], set: { comment: 'changed' } } }),
  deleteAsset: async (world) => ({ ids: { id: await world.asset() } }),
  deleteAssets: async (world) => ({ body: { ids: [await world.asset()] } }),
  runAssetImport: async (world) => {
    const sheet = await world.sheet('assets', `name,address\n${world.name('imported')},192.0.2.9\n`);
    return { ids: { id: sheet }, body: {} };
  },
  pinHostKeys: async (world) => ({
    ids: { id: await world.asset() },
    body: { hostKeys: [generateKey().publicKey] },
  }),
  scanManyHostKeys: async (world) => ({ body: { ids: [await world.asset()] } }),
  stopHostKeyScan: (world) => scan(world, false),
  scanManyHostKeysAgain: (world) => scan(world, true),
  pinScannedKeys: async (world) => ({ ids: { id: await world.scanned() }, body: { allNew: true } }),
  createDataCenter: (world) => Promise.resolve({ body: { name: world.name('idc') } }),
  updateDataCenter: async (world) => ({
    ids: { id: await world.made('/data-centers', { name: world.name('idc') }) },
    body: { comment: 'changed' },
  }),
  deleteDataCenter: async (world) => ({
    ids: { id: await world.made('/data-centers', { name: world.name('idc') }) },
  }),
  collectFacts: async (world) => ({ body: { assetIds: [await world.asset()] } }),
  stopFactsRun: (world) => facts(world, false),
  collectFactsAgain: (world) => facts(world, true),
};

const sudoAlias = (world: World): object => ({
  name: world.name('TOOLS').replace('-', '_'),
  commands: ['/usr/bin/id'],
});

/** System users, and how they come to assets. */
export const PUSHES: Requests = {
  createSystemUser: (world) =>
    Promise.resolve({ body: { username: world.name('dba'), password: world.secret(), generateKey: true } }),
  updateSystemUser: async (world) => ({
    ids: { id: await world.systemUser() },
    body: { password: world.secret(), comment: 'changed' },
  }),
  deleteSystemUser: async (world) => ({ ids: { id: await world.systemUser() } }),
  createSudoAlias: (world) => Promise.resolve({ body: sudoAlias(world) }),
  updateSudoAlias: async (world) => ({
    ids: { id: await world.made('/sudo-aliases', sudoAlias(world)) },
    body: { comment: 'changed' },
  }),
  deleteSudoAlias: async (world) => ({
    ids: { id: await world.made('/sudo-aliases', sudoAlias(world)) },
  }),
  createPush: async (world) => ({
    body: { systemUserId: await world.systemUser(), assetIds: [await world.asset()], mode: 'record-only' },
  }),
  pushAgain: (world) => push(world, true),
  stopPush: (world) => push(world, false),
  scanForDrift: async (world) => ({
    body: { assetIds: [(await world.pushedForReal()).assetId] },
  }),
  stopDriftScan: (world) => drift(world, false),
  scanForDriftAgain: (world) => drift(world, true),
};
