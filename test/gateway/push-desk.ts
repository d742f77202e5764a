import { z } from 'zod';
import { RUN_ITEM_STATES } from '#libs/contracts';
import type { Host } from '../hosts/index.js';
import type { Harness } from './harness.js';
import type { KeyPair } from './key-ring.js';

const withId = z.object({ id: z.uuid() });

const result = z.object({
  assetId: z.uuid(),
  assetName: z.string(),
  state: z.enum(RUN_ITEM_STATES),
  step: z.string().nullable(),
  reason: z.string(),
  steps: z.array(
    z.object({
      step: z.string(),
      ok: z.boolean(),
      message: z.string(),
      code: z.string().optional(),
      ms: z.number(),
    }),
  ),
});
export type PushResult = z.infer<typeof result>;

const pushView = z.object({
  id: z.uuid(),
  state: z.string(),
  finishedAt: z.string().nullable(),
  results: z.array(result),
});
export type PushOutcome = z.infer<typeof pushView>;

const record = z.object({
  state: z.string(),
  succeeded: z.boolean(),
  failure: z.string().nullable(),
  failureTold: z.object({ message: z.string(), code: z.string().optional() }).nullable(),
  engine: z.string(),
  mode: z.string(),
  accountExisted: z.boolean().nullable(),
  pushedBy: z.string(),
});
export type PushRecordSeen = z.infer<typeof record>;

const POLL_MS = 50;
const PATIENCE_MS = 50_000;

/** Pushes as an admin asks for them over REST, on assets that this makes. */
export class PushDesk {
  private adminAccountId = '';

  private constructor(
    private readonly harness: Harness,
    /** With it root logs in to the hosts. */
    readonly rootKey: KeyPair,
  ) {}

  static async open(harness: Harness): Promise<PushDesk> {
    const desk = new PushDesk(harness, await harness.keys.make('root-of-hosts'));
    desk.adminAccountId = await desk.addAdminAccount('root', { privateKey: desk.rootKey.private });
    return desk;
  }

  /** Shell commands for a host's `setup`: root may log in. */
  get rootSetup(): string {
    return `mkdir -p /root/.ssh; echo '${this.rootKey.public}' >/root/.ssh/authorized_keys; chmod 700 /root /root/.ssh; chmod 600 /root/.ssh/authorized_keys\n`;
  }

  async addAdminAccount(username: string, secret: object): Promise<string> {
    const body = { name: `admin ${username} ${Math.random()}`, username, ...secret };
    return (await this.harness.admin.call('POST', '/admin-accounts', withId, body)).id;
  }

  async addAsset(
    host: Pick<Host, 'name' | 'address' | 'port' | 'hostKey'>,
    more: object = {},
  ): Promise<string> {
    const { name, address, port, hostKey } = host;
    const { adminAccountId } = this;
    const body = { name, address, port, hostKeys: [hostKey], adminAccountId, ...more };
    return (await this.harness.admin.call('POST', '/assets', withId, body)).id;
  }

  async addSystemUser(username: string, more: object = { generateKey: true }): Promise<string> {
    return (await this.harness.admin.call('POST', '/system-users', withId, { username, ...more })).id;
  }

  async addAlias(name: string, commands: string[]): Promise<string> {
    return (await this.harness.admin.call('POST', '/sudo-aliases', withId, { name, commands })).id;
  }

  async start(systemUserId: string, assetIds: string[], mode: string, more: object = {}): Promise<string> {
    const body = { systemUserId, assetIds, mode, ...more };
    return (await this.harness.admin.call('POST', '/pushes', withId, body)).id;
  }

  get(id: string): Promise<PushOutcome> {
    return this.harness.admin.call('GET', `/pushes/${id}`, pushView);
  }

  /** Waits for its end. */
  async end(id: string): Promise<PushOutcome> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const push = await this.get(id);
      if (push.finishedAt !== null) return push;
      if (Date.now() > deadline) throw new Error(`The push did not end: ${JSON.stringify(push)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** A push to one asset, to its end. */
  async push(systemUserId: string, assetId: string, mode = 'key', more: object = {}): Promise<PushResult> {
    const { results } = await this.end(await this.start(systemUserId, [assetId], mode, more));
    const [only] = results;
    if (!only) throw new Error('The push has no result');
    return only;
  }

  async record(systemUserId: string, assetId: string): Promise<PushRecordSeen | null> {
    const page = z.object({ items: z.array(record) });
    const path = `/push-records?systemUserId=${systemUserId}&assetId=${assetId}`;
    return (await this.harness.admin.call('GET', path, page)).items[0] ?? null;
  }
}
