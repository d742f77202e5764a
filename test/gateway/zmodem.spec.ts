import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { io } from 'socket.io-client';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { endProcess, requires, spawnBound, type Host } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Way } from './harness.js';
import type { SshClient } from './ssh.js';

const transfer = z.looseObject({
  sessionId: z.string().nullable(),
  path: z.string(),
  size: z.number(),
  sha256: z.string().nullable(),
  direction: z.string(),
  result: z.string(),
  detail: z.string().nullable(),
});
const page = z.object({ items: z.array(transfer) });

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A shell on an asset as a terminal program has it: bytes both ways, to which `rz` or `sz` can be put. */
interface Shell {
  input: Writable;
  output: Readable;
  close(): Promise<void>;
}

requires('hosts', 'ssh', 'lrzsz').describe('rz and sz inside a session', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;
  let ssh: SshClient;
  let here: string;
  let there: string;
  let since: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const dev = { username: 'dev', publicKey: systemKey.public };
    host = await harness.startHost({ name: 'web-01', accounts: [dev] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    ssh = await harness.ssh(way.person, 'alice@dev@web-01');
  });
  beforeEach(async () => {
    const name = randomBytes(4).toString('hex');
    here = join(harness.keys.folder, name);
    await mkdir(here);
    there = `/home/dev/${name}`;
    since = new Date().toISOString();
    await host.exec(`install -d -o dev -g dev ${there}`);
    await allow('connect', 'upload', 'download');
  });

  async function allow(...actions: string[]): Promise<void> {
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions });
  }

  async function records(count: number): Promise<z.infer<typeof transfer>[]> {
    const listed = async (): Promise<z.infer<typeof transfer>[]> =>
      (await harness.admin.call('GET', `/file-transfers?protocol=zmodem&sort=startedAt&from=${since}`, page))
        .items;
    return expect.poll(listed, { timeout: 15_000 }).toHaveLength(count).then(listed);
  }

  /** Over SSH, with a terminal on the asset. */
  function overSsh(): Promise<Shell> {
    const child = spawnBound('ssh', ssh.args(undefined, ['-tt', '-e', 'none']), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdin, stdout } = child;
    if (!stdin || !stdout) throw new Error('no pipes');
    stdin.on('error', () => undefined); // the session may end first
    return Promise.resolve({
      input: stdin,
      output: stdout,
      close: () => endProcess(child, 'SIGTERM', 2_000),
    });
  }

  /** In the console's terminal. */
  async function onTheWeb(): Promise<Shell> {
    const { url } = harness.product;
    const extraHeaders = { cookie: await cookieOf(harness, way.person), origin: url };
    const socket = io(`${url}${TERMINAL_NAMESPACE}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      forceNew: true,
      extraHeaders,
    });
    const output = new PassThrough();
    const input = new PassThrough();
    let shown = 0;
    socket.on('output', (_offset: number, data: Uint8Array) => {
      shown += data.length;
      output.write(Buffer.from(data));
      socket.emit('received', shown);
    });
    input.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 60_000) socket.emit('input', chunk.subarray(at, at + 60_000));
    });
    const { assetId, systemUserId } = way;
    await socket.emitWithAck('open', { assetId, systemUserId, columns: 80, rows: 24 });
    return {
      input,
      output,
      close: () => {
        socket.emit('close');
        socket.disconnect();
        return Promise.resolve();
      },
    };
  }

  /** Collects what is shown until it matches. */
  function until(shell: Shell, pattern: RegExp, patience = 10_000): Promise<string> {
    let shown = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        shell.output.off('data', look);
        reject(new Error(`Never came: ${String(pattern)}. Shown: ${JSON.stringify(shown)}`));
      }, patience);
      const look = (chunk: Buffer): void => {
        shown += chunk.toString('latin1');
        if (!pattern.test(shown)) return;
        clearTimeout(timer);
        shell.output.off('data', look);
        resolve(shown);
      };
      shell.output.on('data', look);
    });
  }

  /** Types a line that starts the asset's program, then lets the user's own program talk to it to its end. */
  async function exchange(
    shell: Shell,
    line: string,
    program: string,
    args: string[],
  ): Promise<number | null> {
    await ready(shell);
    const started = until(shell, /B0[01]/);
    shell.input.write(`${line}\r`);
    await started;
    const own = spawnBound(program, args, { cwd: here, stdio: ['pipe', 'pipe', 'ignore'] });
    const { stdin, stdout } = own;
    if (!stdin || !stdout) throw new Error('no pipes');
    stdin.on('error', () => undefined); // it ends when it has its files
    const toOwn = (chunk: Buffer): void => void stdin.write(chunk);
    shell.output.on('data', toOwn);
    stdout.on('data', (chunk: Buffer) => void shell.input.write(chunk));
    const status = await new Promise<number | null>((resolve) => own.once('close', resolve));
    shell.output.off('data', toOwn);
    return status;
  }

  /** The shell reads again. What was typed while `rz` or `sz` ended may be lost, as they empty their input. */
  async function ready(shell: Shell): Promise<void> {
    for (let tries = 0; ; tries++) {
      const word = randomBytes(4).toString('hex');
      shell.input.write(`cd ${there}; echo ready-""${word}\r`);
      const read = until(shell, new RegExp(`ready-${word}`), 2_000);
      const isRead = await read.then(
        () => true,
        (error: unknown) => {
          if (tries === 5) throw error;
          return false;
        },
      );
      if (isRead) return;
    }
  }

  it.each([
    ['ssh', overSsh],
    ['web', onTheWeb],
  ])('each file is a record with its digest (%s)', async (_name, open) => {
    const [one, two, three] = [randomBytes(400_000), Buffer.alloc(0), Buffer.from('\x18'.repeat(5_000))];
    await host.exec(`cat > ${there}/one.bin; touch ${there}/二.txt; chown dev ${there}/*`, { input: one });
    await writeFile(join(here, 'three'), three);
    await writeFile(join(here, 'four'), one);
    const shell = await open();
    expect(await exchange(shell, 'sz -e one.bin 二.txt', 'rz', ['-y'])).toBe(0);
    expect(sha256(await readFile(join(here, 'one.bin')))).toBe(sha256(one));
    expect(await exchange(shell, 'rz -y', 'sz', ['three', 'four'])).toBe(0);
    const back = await host.exec(`sha256sum ${there}/three ${there}/four`);
    expect(back.text).toContain(sha256(three));
    const rows = await records(4);
    const common = { result: 'complete', username: 'alice', assetName: 'web-01', systemUsername: 'dev' };
    expect(rows).toEqual([
      expect.objectContaining({ ...common, direction: 'download', path: 'one.bin', sha256: sha256(one) }),
      expect.objectContaining({ ...common, direction: 'download', path: '二.txt', sha256: sha256(two) }),
      expect.objectContaining({ ...common, direction: 'upload', path: 'three', sha256: sha256(three) }),
      expect.objectContaining({ ...common, direction: 'upload', path: 'four', size: 400_000 }),
    ]);
    await ready(shell);
    await shell.close();
  });

  it('one that takes up where another was left is a record of the rest, which has no digest', async () => {
    const content = randomBytes(300_000);
    for (const name of ['up.bin', 'all.bin']) await writeFile(join(here, name), content);
    await writeFile(join(here, 'down.bin'), content.subarray(0, 100_000));
    for (const [name, bytes] of [
      ['up.bin', content.subarray(0, 200_000)],
      ['all.bin', content],
      ['down.bin', content],
    ] as const) {
      await host.exec(`cat >${there}/${name}; chown dev ${there}/${name}`, { input: bytes });
    }
    const shell = await overSsh();
    expect(await exchange(shell, 'rz -r', 'sz', ['-r', 'up.bin'])).toBe(0);
    expect(await exchange(shell, 'rz -r', 'sz', ['-r', 'all.bin'])).toBe(0);
    expect(await exchange(shell, 'sz -r down.bin', 'rz', ['-r'])).toBe(0);
    const joined = await host.exec(`cat ${there}/up.bin ${there}/all.bin | sha256sum`);
    expect(joined.text).toContain(sha256(Buffer.concat([content, content])));
    expect(sha256(await readFile(join(here, 'down.bin')))).toBe(sha256(content));
    const rest = { sha256: null, digestGap: 'out_of_order' };
    // lrzsz begins with the block in which the part ends
    const restOf = (part: number): number => content.length - (part - (part % 1024));
    expect(await records(3)).toMatchObject([
      { direction: 'upload', path: 'up.bin', size: restOf(200_000), result: 'complete', ...rest },
      { direction: 'upload', path: 'all.bin', size: restOf(300_000), result: 'complete', ...rest },
      { direction: 'download', path: 'down.bin', size: restOf(100_000), result: 'complete', ...rest },
    ]);
    await ready(shell);
    await shell.close();
  });

  it('a transfer that is cut off is a record, with the bytes that passed and their digest', async () => {
    await host.exec(`head -c 30000000 /dev/zero > ${there}/big; chown dev ${there}/big`);
    const shell = await overSsh();
    await ready(shell);
    const started = until(shell, /B00/);
    shell.input.write('sz big\r');
    await started;
    const own = spawnBound('rz', ['-y'], { cwd: here, stdio: ['pipe', 'pipe', 'ignore'] });
    own.stdin?.on('error', () => undefined); // it is killed
    let passed = 0;
    const killed = new Promise<void>((resolve) => {
      shell.output.on('data', (chunk: Buffer) => {
        own.stdin?.write(chunk);
        passed += chunk.length;
        if (passed > 500_000) resolve();
      });
    });
    own.stdout?.on('data', (chunk: Buffer) => void shell.input.write(chunk));
    await killed;
    await shell.close();
    await endProcess(own, 'SIGKILL', 1_000);
    const [row] = await records(1);
    const sum = sha256(Buffer.alloc(row?.size ?? 0));
    expect(row).toMatchObject({ path: 'big', result: 'cut_off', sha256: sum });
    expect(row?.size).toBeGreaterThan(100_000);
  });

  it.each([
    ['ssh', overSsh],
    ['web', onTheWeb],
  ])(
    'is refused on this way too where the rules leave it out, and the shell goes on (%s)',
    async (_name, open) => {
      await allow('connect');
      await host.exec(`echo secret > ${there}/secret; chown dev ${there}/secret`);
      const shell = await open();
      await ready(shell);
      const refusedDown = until(shell, /refused: the rules do not allow: download[^$]*\$ /);
      shell.input.write('sz secret\r');
      expect(await refusedDown).not.toContain('secret\0');
      await ready(shell);
      const refusedUp = until(shell, /refused: the rules do not allow: upload[^$]*\$ /);
      shell.input.write('rz -y\r');
      await refusedUp;
      await ready(shell);
      const rows = await records(2);
      expect(rows).toEqual([
        expect.objectContaining({ direction: 'download', result: 'refused', size: 0 }),
        expect.objectContaining({ direction: 'upload', result: 'refused', size: 0 }),
      ]);
      await shell.close();
    },
  );

  it('goes one way only where the rules leave the other out', async () => {
    await allow('connect', 'upload');
    await writeFile(join(here, 'up.txt'), 'up');
    const shell = await overSsh();
    expect(await exchange(shell, 'rz -y', 'sz', ['up.txt'])).toBe(0);
    await ready(shell);
    const refused = until(shell, /refused: the rules do not allow: download[^$]*\$ /);
    shell.input.write('sz up.txt\r');
    await refused;
    const rows = await records(2);
    expect(rows.map(({ direction, result }) => [direction, result])).toEqual([
      ['upload', 'complete'],
      ['download', 'refused'],
    ]);
    await shell.close();
  });
});
