import { generateKey } from '#libs/kernel';
import type { Somebody } from '../api-fixture.js';
import { currentPassword, type Change, type World } from './world.js';

type Requests = Readonly<Record<string, (world: World) => Promise<Change>>>;

const anHourOn = (world: World): string => new Date(world.now().getTime() + 3_600_000).toISOString();

async function keyOf(world: World, path: string): Promise<string> {
  return world.made(path, { publicKey: generateKey().publicKey, name: world.name('key') });
}

async function ownKey(world: World): Promise<{ by: Somebody; id: string }> {
  const by = await world.person();
  const answer = await by.client.post('/me/public-keys', { publicKey: generateKey().publicKey }).expect(201);
  return { by, id: idOf(answer.body) };
}

async function token(world: World): Promise<{ by: Somebody; tokenId: string }> {
  const by = await world.person();
  const body = { name: 'tool', expiresAt: anHourOn(world) };
  return { by, tokenId: idOf((await by.client.post('/me/api-tokens', body).expect(201)).body) };
}

/** The id that an answer holds, at its top or in the thing that it tells of. */
function idOf(body: unknown): string {
  const found = /"id":"([-0-9a-f]{36})"/.exec(JSON.stringify(body))?.[1];
  if (found === undefined) throw new Error(`no id in ${JSON.stringify(body)}`);
  return found;
}

/** What people do to themselves. */
export const OWN_ACCOUNT: Requests = {
  logout: async (world) => ({ by: await world.person() }),
  updateMe: async (world) => ({ by: await world.person(), body: { name: 'Another name' } }),
  changeMyPassword: async (world) => ({
    by: await world.person(),
    body: { currentPassword, newPassword: world.secret() },
  }),
  revokeMyLogin: async (world) => {
    const by = await world.person();
    const list = await by.client.get('/me/logins').expect(200);
    return { by, ids: { id: idOf(list.body) } };
  },
  createMyApiToken: async (world) => ({
    by: await world.person(),
    body: { name: 'tool', expiresAt: anHourOn(world), readOnly: true },
  }),
  revokeMyApiToken: async (world) => {
    const { by, tokenId } = await token(world);
    return { by, ids: { id: tokenId } };
  },
  createMyPublicKey: async (world) => ({
    by: await world.person(),
    body: { publicKey: generateKey().publicKey, name: 'laptop' },
  }),
  generateMyPublicKey: async (world) => ({
    by: await world.person(),
    body: { name: 'made', passphrase: world.secret() },
  }),
  renewMyPublicKey: async (world) => {
    const { by, id } = await ownKey(world);
    return { by, ids: { id }, body: { publicKey: generateKey().publicKey } };
  },
  deleteMyPublicKey: async (world) => {
    const { by, id } = await ownKey(world);
    return { by, ids: { id } };
  },
  confirmMySecondFactor: async (world) => {
    const by = await world.person();
    return { by, body: { code: await world.begunCode(by.client) } };
  },
  renewMyRecoveryCodes: async (world) => {
    const { person: by, code } = await world.enrolled();
    return { by, body: { code } };
  },
  removeMySecondFactor: async (world) => {
    const { person: by, code } = await world.enrolled();
    return { by, body: { code } };
  },
  requestPasswordLink: async (world) => {
    await world.mailIsOn();
    const username = world.name('forgetful');
    await world.made('/users', { ...user(world, username), email: `${username}@example.org` });
    return { by: { client: world.api.anonymous(), username: 'somebody' }, body: { username } };
  },
  setPassword: async (world) => {
    const { id, username } = await world.person();
    const body = { token: await world.mailedToken(id), newPassword: world.secret() };
    return { by: { client: world.api.anonymous(), username }, body };
  },
};

const user = (world: World, username = world.name('user')): object => ({
  username,
  name: 'Somebody',
  role: 'user',
  password: world.secret(),
});

const group = (world: World): Promise<string> => world.made('/user-groups', { name: world.name('group') });

async function ofUser(world: World): Promise<{ id: string }> {
  return { id: (await world.person()).id };
}

/** What administrators do to users and groups. */
export const PEOPLE: Requests = {
  createUser: (world) => Promise.resolve({ body: user(world) }),
  updateUser: async (world) => ({
    ids: await ofUser(world),
    body: { name: 'Another name', password: world.secret() },
  }),
  deleteUser: async (world) => ({ ids: await ofUser(world) }),
  deleteUsers: async (world) => ({ body: { ids: [(await world.person()).id, (await world.person()).id] } }),
  resetUserPassword: async (world) => ({ ids: await ofUser(world) }),
  mailUserPasswordLink: async (world) => {
    await world.mailIsOn();
    const username = world.name('mailed');
    const body = { ...user(world, username), email: `${username}@example.org` };
    return { ids: { id: await world.made('/users', body) } };
  },
  unlockUser: async (world) => {
    const { id, username } = await world.person();
    for (let fault = 0; fault < 3; fault++)
      await world.api.anonymous().post('/auth/login', { username, password: 'wrong' });
    return { ids: { id } };
  },
  revokeUserApiToken: async (world) => {
    const { by, tokenId } = await token(world);
    return { ids: { id: by.id, tokenId } };
  },
  createUserPublicKey: async (world) => ({
    ids: await ofUser(world),
    body: { publicKey: generateKey().publicKey },
  }),
  generateUserPublicKey: async (world) => ({
    ids: await ofUser(world),
    body: { name: 'made', passphrase: world.secret() },
  }),
  renewUserPublicKey: async (world) => {
    const { id } = await world.person();
    const keyId = await keyOf(world, `/users/${id}/public-keys`);
    return { ids: { id, keyId }, body: { publicKey: generateKey().publicKey } };
  },
  deleteUserPublicKey: async (world) => {
    const { id } = await world.person();
    return { ids: { id, keyId: await keyOf(world, `/users/${id}/public-keys`) } };
  },
  resetUserSecondFactor: async (world) => ({ ids: { id: (await world.enrolled()).person.id } }),
  runUserImport: async (world) => {
    const username = world.name('imported');
    const sheet = await world.sheet('users', `username,name,role\n${username},Somebody,user\n`);
    return { ids: { id: sheet }, body: {} };
  },
  createUserGroup: (world) => Promise.resolve({ body: { name: world.name('group') } }),
  updateUserGroup: async (world) => ({ ids: { id: await group(world) }, body: { comment: 'changed' } }),
  deleteUserGroup: async (world) => ({ ids: { id: await group(world) } }),
  deleteUserGroups: async (world) => ({ body: { ids: [await group(world), await group(world)] } }),
};
