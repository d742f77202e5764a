import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { serverConfig } from '../../apps/gateway/src/ssh/ssh-entrance.js';
import { rekeyByTraffic } from '../../apps/gateway/src/ssh/rekeying.js';
import { portOf, requires, run } from '../hosts/index.js';
import { KeyRing, type KeyPair } from './key-ring.js';

const MEGABYTE = 1024 * 1024;
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * The gateway's way of asking for new keys, with limits that a test can reach (its own are 1 GiB and an hour), against the
 * stock client, which asks for none itself: here stands only the gateway's SSH server, without anything behind it.
 */
requires('ssh').describe('new keys that the gateway asks for', () => {
  let keys: KeyRing;
  let hostKey: KeyPair;
  let net: Server | null = null;

  beforeAll(async () => {
    keys = await KeyRing.open();
    hostKey = await keys.make('host');
  });
  afterEach(() => net?.close());
  afterAll(() => keys.discard());

  /** A server whose every command gives back what it is sent. */
  async function serve(limits: { bytes: number; ms: number }): Promise<number> {
    const server = new ssh2.Server(serverConfig(hostKey.private));
    const listening = createServer((socket) => {
      server.once('connection', (client: ssh2.Connection) => {
        const stop = rekeyByTraffic(
          socket,
          () => {
            client.rekey();
          },
          limits,
        );
        client.on('authentication', (context) => {
          context.accept();
        });
        client.on('session', (accept) => {
          accept().on('exec', (acceptExec) => {
            const channel = acceptExec();
            channel.pipe(channel, { end: false });
            channel.on('end', () => {
              channel.exit(0);
              channel.end();
            });
          });
        });
        client.on('close', stop);
      });
      server.injectSocket(socket);
    });
    net = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return portOf(listening.address());
  }

  /** Sends parts with a pause after each; gives what came back and how often keys were exchanged after the first. */
  async function pass(
    port: number,
    parts: Buffer[],
    pauseMs: number,
  ): Promise<{ back: Buffer; heard: number; taken: number }> {
    async function* slowly() {
      for (const part of parts) {
        yield part;
        await sleep(pauseMs);
      }
    }
    const known = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const args = [
      '-F',
      'none',
      '-vv',
      '-o',
      'BatchMode=yes',
      ...known,
      '-p',
      String(port),
      'any@127.0.0.1',
      'echo',
    ];
    const { stdout, stderr } = await run('ssh', args, { input: Readable.from(slowly()), timeout: 50_000 });
    const count = (what: string): number => stderr.split(what).length - 2;
    return {
      back: stdout,
      heard: count('SSH2_MSG_KEXINIT received'),
      taken: count('SSH2_MSG_NEWKEYS received'),
    };
  }

  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  it.each([
    ['bytes', { bytes: 4 * MEGABYTE, ms: NEVER }],
    ['time', { bytes: NEVER, ms: 1_000 }],
  ])('are exchanged by %s while data flows both ways, which stays whole', async (_what, limits) => {
    const parts = Array.from({ length: 5 }, () => randomBytes(4 * MEGABYTE));
    const { back, heard, taken } = await pass(await serve(limits), parts, 1_100);
    expect(digest(back)).toBe(digest(Buffer.concat(parts)));
    expect(heard).toBeGreaterThanOrEqual(3);
    expect(taken).toBe(heard);
  });

  it('are not asked for before that', async () => {
    const port = await serve({ bytes: NEVER, ms: NEVER });
    expect(await pass(port, [randomBytes(MEGABYTE)], 1_500)).toMatchObject({ heard: 0, taken: 0 });
  });
});
