import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RestClient } from './rest-client.js';
import type { SampleHost } from './sample-host.js';

/** User name of the sample user, who logs in to Gatehouse. */
export const DEMO_USER = 'demo';
/** Name of the sample asset. */
export const DEMO_ASSET = 'sample-host';
/** User name of the sample system user, the account on the sample host. */
export const DEMO_SYSTEM_USER = 'dev';

const PUSH_PATIENCE_MS = 20_000;

const push = z.object({ state: z.string() });

/** A password for somebody who will type it at most once. */
export const samplePassword = (): string => randomBytes(12).toString('base64url');

/** A password as it was given to an account, and the one to choose instead. */
export interface FirstPassword {
  given: string;
  chosen: string;
}

/** What the sample world is made of. */
export interface DemoPlan {
  origin: string;
  admin: FirstPassword;
  user: FirstPassword;
  /** The sample user's key as an OpenSSH public key line. */
  userPublicKey: string;
  /** The system user's key, OpenSSH private key file. */
  systemUserKey: string;
  host: SampleHost;
}

/**
 * Makes a user with a key, an asset with its host key pinned, a system user, a record-only push and a rule: by the
 * same REST calls that any tool would make.
 */
export async function makeDemoData(plan: DemoPlan): Promise<void> {
  const admin = await changeFirstPassword(plan.origin, 'admin', plan.admin);
  const userId = await admin.create('/users', {
    username: DEMO_USER,
    name: 'Demo user',
    email: 'demo@example.com',
    role: 'user',
    password: plan.user.given,
  });
  await changeFirstPassword(plan.origin, DEMO_USER, plan.user);
  await admin.create(`/users/${userId}/public-keys`, { name: 'demo key', publicKey: plan.userPublicKey });
  const assetId = await admin.create('/assets', {
    name: DEMO_ASSET,
    address: '127.0.0.1',
    port: plan.host.port,
  });
  await admin.call('PUT', `/assets/${assetId}/host-keys`, { hostKeys: [plan.host.hostKey] });
  const systemUserId = await admin.create('/system-users', {
    username: DEMO_SYSTEM_USER,
    privateKey: plan.systemUserKey,
  });
  await pushRecordOnly(admin, systemUserId, assetId);
  await admin.create('/authorization-rules', {
    name: 'Demo users on sample hosts',
    userIds: [userId],
    assetIds: [assetId],
    systemUserIds: [systemUserId],
    // the sample host moves no files and reaches nothing: what fails there is not offered
    actions: ['connect', 'exec'],
    active: true,
  });
}

/**
 * A password that somebody else gave counts once: it is changed before anything else, as the console asks a person to.
 */
async function changeFirstPassword(
  origin: string,
  username: string,
  passwords: FirstPassword,
): Promise<RestClient> {
  const first = await RestClient.login(origin, username, passwords.given);
  await first.call('POST', '/me/password', {
    currentPassword: passwords.given,
    newPassword: passwords.chosen,
  });
  return RestClient.login(origin, username, passwords.chosen);
}

async function pushRecordOnly(admin: RestClient, systemUserId: string, assetId: string): Promise<void> {
  const id = await admin.create('/pushes', { systemUserId, assetIds: [assetId], mode: 'record-only' });
  const deadline = Date.now() + PUSH_PATIENCE_MS;
  for (;;) {
    const { state } = push.parse(await admin.call('GET', `/pushes/${id}`));
    if (state === 'succeeded') return;
    if (!['queued', 'running'].includes(state) || Date.now() > deadline) {
      throw new Error(`The sample push ended as "${state}".`);
    }
    await sleep(100);
  }
}
