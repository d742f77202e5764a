import { PassThrough } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { Decision, Grant } from '#libs/authorization';
import type { AssetId, SystemUserId, UserId } from '#libs/kernel';
import { ChannelDownstream } from '../ssh/channel-downstream.js';
import type { Exit } from './downstream.js';
import { SessionOpener, type OpenerParts } from './session-opener.js';
import type { UpstreamPool } from './upstream-pool.js';

const WISH = {
  userId: 'user' as UserId,
  assetId: 'asset' as AssetId,
  systemUserId: 'system user' as SystemUserId,
  action: 'connect',
} as const;
const REQUEST = { pty: null, environment: {}, sftp: false, agent: false };

describe('opening a session', () => {
  it('whose client leaves while it is decided gives the channel back to the menu, which waits for that', async () => {
    const told: Exit[] = [];
    const channel = new PassThrough();
    const loan = { input: channel, onFinished: (exit: Exit) => told.push(exit) };
    const client = channel as unknown as ServerChannel;
    const downstream = new ChannelDownstream(client, '192.0.2.1', REQUEST, null, loan);
    const authorize = (): Promise<Decision> => {
      downstream.close();
      return Promise.resolve({ granted: true, grant: {} as Grant });
    };
    const parts = { authorizer: { authorize }, keeping: { refusal: null } } as unknown as OpenerParts;
    const opened = await new SessionOpener(parts).open(WISH, downstream, {} as UpstreamPool);
    expect(opened).toBeNull();
    expect(told).toEqual([null]);
  });
});
