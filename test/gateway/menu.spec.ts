import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { endProcess, requires, run, spawnBound } from '../hosts/index.js';
import { Harness, type Person } from './harness.js';
import type { KeyPair } from './key-ring.js';
import { RestClient } from './rest.js';
import { Terminal, type TerminalOptions } from './terminal.js';

const PROMPT = 'Gatehouse> ';
const withId = z.object({ id: z.string() });

requires('hosts', 'ssh', 'terminal', 'plink', 'dbclient').describe('the menu', () => {
  let harness: Harness;
  let alice: Person;
  let systemKey: KeyPair;
  let devId: string;
  let opsId: string;
  const assetIds = new Map<string, string>();
  const terminals: Terminal[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    systemKey = await harness.keys.make('system');
    const accounts = ['dev', 'ops'].map((username) => ({ username, publicKey: systemKey.public }));
    alice = await harness.addPerson('alice');
    devId = await harness.addSystemUser('dev', { privateKey: systemKey.private });
    opsId = await harness.addSystemUser('ops', { privateKey: systemKey.private });
    for (const name of ['web-01', 'web-02', 'db-primary']) {
      const host = await harness.startHost({ name, accounts });
      const assetId = await harness.addAsset(name, host, name === 'db-primary' ? '订单数据库' : '');
      assetIds.set(name, assetId);
      const systemUserIds = name === 'db-primary' ? [devId, opsId] : [devId];
      for (const id of systemUserIds) await harness.recordPush(id, [assetId]);
      await harness.addRule([alice.id], [assetId], systemUserIds);
    }
  });
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });

  async function openMenu(options: TerminalOptions = {}, person = alice): Promise<Terminal> {
    const send = ['-o', 'SendEnv=LC_ALL'];
    const terminal = (await harness.ssh(person)).terminal(undefined, send, { columns: 120, ...options });
    terminals.push(terminal);
    await terminal.waitFor(PROMPT);
    return terminal;
  }

  it('opens by itself after a login with a key, and greets by name', async () => {
    const terminal = await openMenu();
    expect(terminal.shown).toContain('Person alice');
  });

  it('opens after a login with a password', async () => {
    const only = ['-o', 'PreferredAuthentications=password', '-o', 'PubkeyAuthentication=no'];
    const terminal = (await harness.ssh(alice)).as({ key: undefined }).terminal(undefined, only);
    terminals.push(terminal);
    await terminal.waitFor('password:');
    terminal.line('not the password at all');
    await terminal.waitFor('password:');
    terminal.line(alice.password);
    await terminal.waitFor(PROMPT);
  });

  it.each(['', 'p', 'P'])('"%s" lists my assets with their columns', async (key) => {
    const terminal = await openMenu();
    terminal.line(key);
    await terminal.waitFor(/Name +Address +Port +System users/);
    await terminal.waitFor(/db-primary +127\.\S+ +22 +dev ops +订单数据库/);
    await terminal.waitFor(/web-01 +127\.\S+ +22 +dev/);
    await terminal.waitFor('web-02');
    await terminal.waitFor(PROMPT);
  });

  it('a number connects to the row last shown, and logout leads back', async () => {
    const terminal = await openMenu();
    terminal.line('p');
    const row = (await terminal.waitFor(/(\d+) +web-02/))[1] ?? '';
    await terminal.waitFor(PROMPT);
    terminal.line(row);
    await terminal.waitFor('$ ');
    terminal.line('echo "on $(hostname)"');
    await terminal.waitFor('on web-02');
    terminal.line('exit');
    await terminal.waitFor(PROMPT);
    terminal.line('p');
    await terminal.waitFor('web-02');
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('an exact name, an address and a text with one hit connect', async () => {
    const terminal = await openMenu();
    terminal.line('p');
    const address = (await terminal.waitFor(/web-01 +(127\.\S+)/))[1] ?? '';
    await terminal.waitFor(PROMPT);
    for (const [typed, name] of [
      ['web-01', 'web-01'],
      [address, 'web-01'],
      ['b-02', 'web-02'],
    ] as const) {
      terminal.line(typed);
      await terminal.waitFor('$ ');
      terminal.line('echo "on $(hostname)"');
      await terminal.waitFor(`on ${name}`);
      await terminal.waitFor('$ ');
      terminal.type('\x04');
      await terminal.waitFor(PROMPT);
    }
  });

  it('a text with several hits lists them, and so does /text with one', async () => {
    const terminal = await openMenu();
    terminal.line('web');
    await terminal.waitFor('web-01');
    await terminal.waitFor('web-02');
    await terminal.waitFor(PROMPT);
    terminal.line('/订单');
    await terminal.waitFor('db-primary');
    await terminal.waitFor(PROMPT);
    terminal.line('/nothing-like-this');
    await terminal.waitFor(/None .*nothing-like-this/);
    expect(terminal.shown).not.toContain('Connecting');
  });

  it('several system users: a chooser, and q goes back', async () => {
    const terminal = await openMenu();
    terminal.line('db-primary');
    await terminal.waitFor(/1 +dev[\s\S]*2 +ops/);
    terminal.line('q');
    await terminal.waitFor(PROMPT);
    terminal.line('db-primary');
    await terminal.waitFor(/2 +ops/);
    terminal.type('\x03');
    await terminal.waitFor(PROMPT);
    terminal.line('db-primary');
    await terminal.waitFor(/2 +ops/);
    terminal.line('3');
    await terminal.waitFor(/2 +ops/);
    terminal.line('2');
    await terminal.waitFor('$ ');
    terminal.line('id -un');
    await terminal.waitFor('ops\r\n');
  });

  it.each(['h', 'H', 'help'])('"%s" explains the keys', async (key) => {
    const terminal = await openMenu();
    terminal.line(key);
    await terminal.waitFor('/text');
    await terminal.waitFor('alice@systemuser@asset@');
  });

  it('shows lines for ~/.ssh/config and known_hosts that work as they are', async () => {
    const terminal = await openMenu({ rows: 60 });
    terminal.line('h');
    const [, config = ''] = await terminal.waitFor(/(Host gatehouse\r\n[^]*?)\r\n[^\r]*known_hosts/);
    const [, line = ''] = await terminal.waitFor(/\r\n(gatehouse ssh-ed25519 \S+)\r\n/);
    const [configFile, hostsFile] = [join(harness.keys.folder, 'config'), join(harness.keys.folder, 'hosts')];
    const identity = `IdentityFile ${alice.key.file}\nUserKnownHostsFile ${hostsFile}\nStrictHostKeyChecking yes\n`;
    await writeFile(configFile, `${identity}${config.replaceAll('\r\n', '\n')}\n`);
    await writeFile(hostsFile, `${line}\n`);
    const outcome = await run('ssh', ['-F', configFile, '-o', 'BatchMode=yes', 'dev@web-02', 'hostname']);
    expect([outcome.stderr, outcome.text]).toEqual(['', 'web-02\n']);
  });

  it('g lists the asset groups with those below them counted in, and g1 what is in one', async () => {
    const named = (name: string): string => assetIds.get(name) ?? '';
    const add = (body: object): Promise<{ id: string }> =>
      harness.admin.call('POST', '/asset-groups', withId, body);
    const all = await add({ name: 'all of them', parentId: null, assetIds: [named('db-primary')] });
    await add({ name: '机房 web', parentId: all.id, assetIds: [named('web-01'), named('web-02')] });
    const terminal = await openMenu();
    terminal.line('G');
    await terminal.waitFor(/g1 +all of them +3\r\n *g2 +机房 web +2\r\n/);
    await terminal.waitFor(PROMPT);
    terminal.line('g2');
    await terminal.waitFor(/web-01[^]*web-02[^]*1-2 of 2/);
    await terminal.waitFor(PROMPT);
    terminal.line('g3');
    await terminal.waitFor(/no group g3/);
    const bob = await harness.addPerson('bob-without-groups');
    const his = await openMenu({}, bob);
    his.line('g1');
    await his.waitFor(/no group g1/);
    expect(his.shown).not.toContain('all of them');
  });

  it('marks favourites and lists them; r turns to those used last, and that stays', async () => {
    const carol = await harness.addPerson('carol');
    const ids = ['db-primary', 'web-01', 'web-02'].map((name) => assetIds.get(name) ?? '');
    await harness.addRule([carol.id], ids, [devId]);
    const own = await RestClient.login(harness.product.url, 'carol', carol.password);
    await own.do('PUT', `/me/favourites/${ids[1] ?? ''}`, undefined);
    const terminal = await openMenu({}, carol);
    terminal.line('f');
    await terminal.waitFor(/1\* +web-01[^]*1-1 of 1/);
    await terminal.waitFor(PROMPT);
    terminal.line('web-02');
    await terminal.waitFor('$ ');
    terminal.line('exit');
    await terminal.waitFor(PROMPT);
    terminal.line('r');
    await terminal.waitFor(/1 +web-02[^]*2 +db-primary/);
    await terminal.waitFor(PROMPT);
    const again = await openMenu({}, carol);
    again.line('p');
    await again.waitFor(/1 +web-02/);
    await again.waitFor(PROMPT);
    again.line('R');
    await again.waitFor(/1 +db-primary/);
    const changes = (await harness.operations('carol')).filter((one) => one.endsWith(' ssh'));
    expect(changes).toEqual(['user.update ssh', 'user.update ssh']);
  });

  it('shows the help by the screenful where it is longer than the screen', async () => {
    const terminal = await openMenu({ columns: 40, rows: 10, env: { TERM: 'dumb' } });
    terminal.line('h');
    const [first] = await terminal.waitFor(/h\r\n[^]*Enter: more/);
    expect(first.split('\n').length).toBeLessThanOrEqual(11);
    terminal.line('');
    await terminal.waitFor(/[^]*Enter: more/);
    terminal.line('q');
    await terminal.waitFor(PROMPT);
    terminal.line('h');
    await terminal.waitFor('Enter: more');
    terminal.type('\x03');
    await terminal.waitFor(PROMPT);
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it.each([
    ['q', 'q\r'],
    ['Q', 'Q\r'],
    ['exit', 'exit\r'],
    ['Ctrl-D', '\x04'],
  ])('%s quits', async (_, keys) => {
    const terminal = await openMenu();
    terminal.type(keys);
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('shows nothing of others, and says what a person without rules can do', async () => {
    const bob = await harness.addPerson('bob');
    const terminal = await openMenu({}, bob);
    terminal.line('p');
    await terminal.waitFor(/administrator/i);
    terminal.line('web-01');
    await terminal.waitFor(PROMPT);
    expect(terminal.shown).not.toMatch(/127\.\d+\.\d+/);
  });

  it.each(['plink', 'dbclient'])('opens in %s as well', async (client) => {
    const { address, sshPort } = harness.product;
    const ssh = await harness.ssh(alice);
    const from = alice.key.file;
    const key = join(harness.keys.folder, `alice-${client}`);
    const fingerprints = await run('ssh-keygen', ['-lf', ssh.knownHosts]);
    const [pin = ''] = /SHA256:\S+/.exec(fingerprints.text) ?? [];
    const [tool, toArgs, args] =
      client === 'plink'
        ? [
            'puttygen',
            [from, '-O', 'private', '-o', key],
            ['-ssh', '-no-antispoof', '-noagent', '-hostkey', pin, '-P'],
          ]
        : ['dropbearconvert', ['openssh', 'dropbear', from, key], ['-y', '-y', '-p']];
    expect((await run(tool, toArgs)).status).toBe(0);
    const terminal = new Terminal(client, [...args, String(sshPort), '-i', key, '-l', 'alice', address], {
      columns: 100,
    });
    terminals.push(terminal);
    await terminal.waitFor(PROMPT);
    terminal.line('');
    await terminal.waitFor(/web-01 +127/);
    await terminal.waitFor(PROMPT);
    terminal.line('web-01');
    await terminal.waitFor('$ ');
    terminal.line('echo "on $(hostname)"');
    await terminal.waitFor('on web-01');
    terminal.line('exit');
    await terminal.waitFor(PROMPT);
    terminal.type('\x04');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('speaks Chinese to those who do', async () => {
    const terminal = await openMenu({ env: { LC_ALL: 'zh_CN.UTF-8' } });
    expect(terminal.shown).toContain('欢迎');
  });

  it('is usable at 40 columns and 10 rows with TERM=dumb: no escape sequence, no line too wide', async () => {
    const terminal = await openMenu({ columns: 40, rows: 10, env: { TERM: 'dumb' } });
    terminal.line('p');
    await terminal.waitFor('web-02');
    await terminal.waitFor(PROMPT);
    for (const line of terminal.shown.split('\r\n')) expect(line.length).toBeLessThanOrEqual(40);
    expect(terminal.shown).not.toContain('\x1b');
  });

  it('edits the line: Backspace over CJK, Ctrl-U, Ctrl-C', async () => {
    const terminal = await openMenu();
    terminal.type('订单\x7f\x7f/w\x15/db\x7f\x7fweb-02\r');
    await terminal.waitFor(/\d+ +web-02/);
    await terminal.waitFor(PROMPT);
    terminal.type('half a line\x03');
    await terminal.waitFor(PROMPT);
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('names and comments can’t drive the terminal', async () => {
    const host = await harness.startHost({
      name: 'evil',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    const added = await harness.addAsset('evil-01', host, 'a\u009b2Jb').catch(() => undefined);
    if (added === undefined) return;
    await harness.recordPush(devId, [added]);
    await harness.addRule([alice.id], [added], [devId]);
    const terminal = await openMenu({ env: { TERM: 'dumb' } });
    terminal.line('/evil');
    await terminal.waitFor('evil-01');
    await terminal.waitFor(PROMPT);
    const controls = [...terminal.shown].filter((key) => key === '\x1b' || (key >= '\x80' && key <= '\x9f'));
    expect(controls).toEqual([]);
  });

  it('a connection that fails leads back to the menu with the reason', async () => {
    const assetId = await harness.addAsset('down-01', {
      address: '127.0.0.1',
      port: 4,
      hostKey: systemKey.public,
    });
    await harness.recordPush(devId, [assetId]);
    await harness.addRule([alice.id], [assetId], [devId]);
    const terminal = await openMenu();
    terminal.line('down-01');
    await terminal.waitFor(/reach down-01.*refused/);
    await terminal.waitFor(PROMPT);
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('keys typed ahead while connecting reach the asset', async () => {
    const terminal = await openMenu();
    terminal.type('web-01\recho ahead-$((1+1))\r');
    await terminal.waitFor('ahead-2');
  });

  it('a terminal that a program left in disorder is put right in the menu', async () => {
    const terminal = await openMenu();
    terminal.line('web-01');
    await terminal.waitFor('$ ');
    terminal.line(`printf '\\033[?1049h\\033[?25l'; exit`);
    await terminal.waitFor('\x1b[?1049l');
    await terminal.waitFor(PROMPT);
  });

  it(
    'endless input into the menu: memory stays, and the gateway has time for others',
    {
      timeout: 30_000,
    },
    async () => {
      const ssh = await harness.ssh(alice);
      const endless = openSync('/dev/zero', 'r');
      const yes = spawnBound('/bin/sh', ['-c', 'exec yes p'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const lines = spawnBound('ssh', ssh.args(undefined, ['-T']), { stdio: ['pipe', 'ignore', 'ignore'] });
      const zeros = spawnBound('ssh', ssh.args(undefined, ['-T']), { stdio: [endless, 'ignore', 'ignore'] });
      closeSync(endless);
      if (yes.stdout && lines.stdin) {
        lines.stdin.on('error', () => undefined);
        yes.stdout.pipe(lines.stdin);
      }
      try {
        await sleep(1000); // both are logged in
        const before = {
          memory: await harness.product.gatewayMemory(),
          time: await harness.product.gatewayTime(),
        };
        await sleep(5000);
        expect((await harness.product.gatewayMemory()) - before.memory).toBeLessThan(50 * 1000 * 1000);
        // without a pace the zeros alone take all of a core, and each line asks the database
        expect((await harness.product.gatewayTime()) - before.time).toBeLessThan(2500);
      } finally {
        await Promise.all([yes, lines, zeros].map((child) => endProcess(child)));
      }
    },
  );
});
