import { MAX_LINE } from '../../apps/gateway/src/menu/line-editor.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { requires, startMisbehavingHost, type Host, type MisbehavingHost } from '../hosts/index.js';
import { BatchHand, type BatchResultShown } from './batch-desk.js';
import { Harness, type Person } from './harness.js';
import { RestClient } from './rest.js';

requires('hosts', 'busybox-hosts', 'ssh', 'terminal').describe('one command on many assets', () => {
  let harness: Harness;
  let alice: Person;
  let client: RestClient;
  let hand: BatchHand;
  let silent: MisbehavingHost;
  let systemUserId: string;
  const hosts: Record<string, Host> = {};
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    harness = await Harness.start();
    const key = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: key.public };
    silent = await startMisbehavingHost('silent');
    await Promise.all([
      ...['web-1', 'web-2'].map(async (name) => {
        hosts[name] = await harness.startHost({ name, accounts: [account] });
      }),
      harness.startHost({ name: 'box', family: 'busybox', accounts: [account] }).then((host) => {
        hosts['box'] = host;
      }),
    ]);
    for (const [name, host] of Object.entries({ ...hosts, dead: silent })) {
      ids[name] = await harness.addAsset(name, host);
    }
    alice = await harness.addPerson('alice');
    systemUserId = await harness.addSystemUser('dev', { privateKey: key.private });
    await harness.recordPush(systemUserId, Object.values(ids));
    await harness.addRule([alice.id], Object.values(ids), [systemUserId]);
    client = await RestClient.login(harness.product.url, 'alice', alice.password);
    hand = new BatchHand(client, systemUserId);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([silent.stop(), harness.stop()]);
  });

  /** Command lines on a host that contain the text. */
  const running = async (name: string, text: string): Promise<string> =>
    (await hosts[name]?.exec(`pgrep -f '[${text[0]}]${text.slice(1)}' || true`))?.text ?? '';

  /** Why the session of one asset ended, as audit has it. */
  const endOf = async (result: BatchResultShown | undefined): Promise<string | null | undefined> =>
    (await harness.sessions('&kind=batch')).find(({ id }) => id === result?.sessionId)?.endReason;

  it('runs everywhere at once; equal outcomes are one, and each host has its own record', async () => {
    const command = 'test "$(hostname)" = web-2 && echo odd >&2 && exit 3\necho "as $USER: $((6*7))"\ncat';
    const id = await hand.begin('*,!dead', command);
    expect(await hand.ended(id)).toMatchObject({
      state: 'partial',
      ...{ username: 'alice', way: 'api', systemUsername: 'dev', command, pattern: '*,!dead' },
      ...{ assetCount: 3, succeededCount: 2, failedCount: 1 },
    });
    expect(await hand.groups(id)).toMatchObject([
      { count: 2, assetNames: ['box', 'web-1'], exitStatus: 0, stdout: 'as dev: 42\n', stderr: '' },
      { count: 1, assetNames: ['web-2'], exitStatus: 3, state: 'failed', stdout: '', stderr: 'odd\n' },
    ]);
    const session = (await harness.sessions('&kind=batch')).find(({ assetName }) => assetName === 'box');
    expect(session).toMatchObject({ endReason: 'logout', username: 'alice', command });
    expect((await hand.results(id))['box']?.sessionId).toBe(session?.id);
  });

  it('a dead host fails alone, by the time limit, and delays nobody', async () => {
    const begun = Date.now();
    const id = await hand.begin('web-1 dead', 'echo here', { timeLimitSeconds: 3 });
    await vi.waitFor(async () => expect((await hand.results(id))['web-1']?.stdout).toBe('here\n'), {
      timeout: 2_500,
      interval: 50,
    });
    expect(await hand.show(id)).toMatchObject({ finishedAt: null, succeededCount: 1, runningCount: 1 });
    await hand.ended(id);
    expect(Date.now() - begun).toBeLessThan(12_000);
    expect((await hand.results(id))['dead']).toMatchObject({
      ...{ state: 'failed', failure: 'time_limit', exitStatus: null },
      reason: 'dead was not done within 3 s, and was ended.',
    });
  });

  it('what does not end in time is ended on the asset, with what it started', async () => {
    const command = 'echo begun; sleep 47110 & sleep 47111; echo never';
    const results = await hand.run('web-1 box', command, { timeLimitSeconds: 2 });
    for (const [name, result] of Object.entries(results)) {
      expect(result, name).toMatchObject({ failure: 'time_limit', stdout: 'begun\n' });
      expect(await running(name, 'sleep 4711'), name).toBe('');
      expect(await endOf(result), name).toBe('time_limit');
    }
  });

  it('keeps no more output than asked for, says how much was cut, and goes on to the end', async () => {
    const command = 'head -c 30000000 /dev/zero | tr "\\0" a; echo no >&2; exit 5';
    const before = await harness.product.gatewayMemory();
    const { 'web-1': one } = await hand.run('web-1', command, { outputBytes: 1000 });
    expect(one).toMatchObject({ exitStatus: 5, keptBytes: 1000, cutBytes: 29_999_003 });
    expect(one?.stdout).toBe('a'.repeat(1000));
    expect((await harness.product.gatewayMemory()) - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('output that is no text or is hostile is harmless to look at', async () => {
    const command = "head -c 256 /dev/zero; printf '\\377\\376\\033[2J\\033]52;c;eA==\\007\\302\\233<b>'";
    const id = await hand.begin('web-1', command);
    await hand.ended(id);
    const shown = await hand.whole(id, ids['web-1'] ?? '');
    expect(shown.stdout).toBe(`${'\u2400'.repeat(256)}\ufffd\ufffd␛[2J␛]52;c;eA==␇\ufffd<b>`);
    expect(shown.keptBytes).toBe(256 + 2 + 4 + 12 + 2 + 3);
  });

  it('is told by which signal a command ended', async () => {
    const { 'web-2': killed } = await hand.run('web-2', 'kill -KILL $$');
    expect(killed).toMatchObject({ state: 'failed', exitStatus: null, signal: 'KILL', failure: null });
  });

  it('stops: what is in hand ends, on the asset too, and nothing more begins', async () => {
    const id = await hand.begin('web-1 web-2', 'echo begun; exec sleep 47112', { parallel: 1 });
    await vi.waitFor(async () => expect(await running('web-1', 'sleep 47112')).not.toBe(''), {
      timeout: 10_000,
    });
    const begun = Date.now();
    await hand.stop(id);
    expect(await hand.ended(id)).toMatchObject({ state: 'stopped', stoppedCount: 2, stoppedBy: 'alice' });
    expect(Date.now() - begun).toBeLessThan(4_000);
    const { 'web-1': first, 'web-2': second } = await hand.results(id);
    expect(first).toMatchObject({ state: 'stopped', stdout: 'begun\n' });
    expect(second).toMatchObject({ state: 'stopped', startedAt: null });
    expect(await running('web-1', 'sleep 47112')).toBe('');
    expect(await endOf(first)).toBe('stopped');
  });

  it('the gateway’s own shell never sees the command, and names are only names', async () => {
    const command = `printf '%s' '$(id)' "\`echo x\`" ';{{7*7}}'`;
    const { 'web-1': shown } = await hand.run('"web-1"', command);
    expect(shown?.stdout).toBe('$(id)x;{{7*7}}');
    await expect(hand.begin('"web-1;id"', 'id')).rejects.toThrow('no_target');
  });

  it('nothing runs where no rule allows exec', async () => {
    const mallory = await harness.addPerson('mallory');
    const anonymous = await RestClient.login(harness.product.url, 'mallory', mallory.password);
    const theirs = new BatchHand(anonymous, systemUserId);
    await expect(theirs.begin('web-1', 'id')).rejects.toThrow('no_target');
    const ruleId = await harness.addRule([mallory.id], [ids['web-1'] ?? ''], [systemUserId]);
    await harness.change(`/authorization-rules/${ruleId}`, { actions: ['connect'] });
    await expect(theirs.begin('web-1', 'id')).rejects.toThrow('action_not_allowed');
    await harness.change(`/authorization-rules/${ruleId}`, { actions: ['exec'] });
    expect((await theirs.run('*', 'whoami'))['web-1']?.stdout).toBe('dev\n');
  });

  it('access that is withdrawn ends it at once, there and where it was still to begin', async () => {
    const bob = await harness.addPerson('bob');
    const bobs = await RestClient.login(harness.product.url, 'bob', bob.password);
    const web = [ids['web-1'] ?? '', ids['web-2'] ?? '', ids['box'] ?? ''];
    const ruleId = await harness.addRule([bob.id], web, [systemUserId]);
    const id = await new BatchHand(bobs, systemUserId).begin('*', 'exec sleep 47113', { parallel: 2 });
    await vi.waitFor(async () => expect(await running('web-1', 'sleep 47113')).not.toBe(''), {
      timeout: 10_000,
    });
    const begun = Date.now();
    await harness.change(`/authorization-rules/${ruleId}`, { active: false });
    await vi.waitFor(async () => expect(await running('web-1', 'sleep 47113')).toBe(''), { timeout: 2_000 });
    const seen = new BatchHand(harness.admin, systemUserId);
    expect((await seen.ended(id)).state).toBe('failed');
    expect(Date.now() - begun).toBeLessThan(5_000);
    const failures = Object.values(await seen.results(id)).map(({ failure }) => failure);
    expect(failures.sort()).toEqual(['access_revoked', 'access_revoked', 'refused']);
  });

  it('a user who is disabled runs nothing any more', async () => {
    const carol = await harness.addPerson('carol');
    const carols = await RestClient.login(harness.product.url, 'carol', carol.password);
    await harness.addRule([carol.id], [ids['web-1'] ?? ''], [systemUserId]);
    const id = await new BatchHand(carols, systemUserId).begin('*', 'exec sleep 47114');
    await vi.waitFor(async () => expect(await running('web-1', 'sleep 47114')).not.toBe(''), {
      timeout: 10_000,
    });
    await harness.change(`/users/${carol.id}`, { active: false });
    const seen = new BatchHand(harness.admin, systemUserId);
    await seen.ended(id, 3_000);
    expect((await seen.results(id))['web-1']?.failure).toBe('access_revoked');
    expect(await running('web-1', 'sleep 47114')).toBe('');
  });

  it('from the menu: as whom, on what, then commands; results grouped; Ctrl-C ends what runs; all is recorded', async () => {
    const terminal = (await harness.ssh(alice)).terminal();
    await terminal.waitFor('Gatehouse> ');
    terminal.line('e');
    await terminal.waitFor('Run commands as');
    terminal.line('dev');
    await terminal.waitFor('Assets (q: back)> ');
    terminal.line('"web');
    await terminal.waitFor('A double quote has no end.');
    terminal.line('*,!dead');
    await terminal.waitFor('box  web-1  web-2');
    await terminal.waitFor('Commands will run on 3 assets. Go on? (y/n) ');
    terminal.line('y');
    await terminal.waitFor('dev@3 assets> ');
    terminal.line("printf '\\033[2Jhere\\n'; test $(hostname) = web-2 && exit 4 || true");
    await terminal.waitFor('Done in');
    expect(terminal.shown).toMatch(/== 1 asset · exit 0\s+(?:box|web-1)\s+␛\[2Jhere/);
    expect(terminal.shown).toMatch(
      /== 2 assets · exit 0 · same output as (?:box|web-1)\s+box, web-1\s+Done in/,
    );
    expect(terminal.shown).toMatch(/== 1 asset · exit 4\s+web-2\s+␛\[2Jhere/);
    expect(terminal.shown).not.toContain('\x1b[2Jhere');
    terminal.line(`printf %s ${'x'.repeat(3_000)} | wc -c`);
    await terminal.waitFor(
      /== 1 asset · exit 0\s+\S+\s+3000\s+== 3 assets · exit 0 · same output as \S+\s+box, web-1, web-2\s+Done in/,
    );
    terminal.line(`echo ${'x'.repeat(MAX_LINE)}`);
    await terminal.waitFor(`more than ${MAX_LINE} characters. Nothing was done with it.`);
    await terminal.waitFor(/dev@3 assets> $/);
    // what was confirmed is what it runs on, not what the pattern has come to mean
    await harness.change(`/assets/${ids['box']}`, { active: false });
    terminal.line('id -u');
    await terminal.waitFor('Other assets match now than those you confirmed.');
    await harness.change(`/assets/${ids['box']}`, { active: true });
    terminal.line('exec sleep 47115');
    await vi.waitFor(async () => expect(await running('web-1', 'sleep 47115')).not.toBe(''), {
      timeout: 10_000,
    });
    terminal.type('\x03');
    await terminal.waitFor(/== 3 assets · stopped/);
    expect(await running('web-1', 'sleep 47115')).toBe('');
    terminal.line('q');
    await terminal.waitFor(/Gatehouse> $/);
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
    const page = z.object({ items: z.array(z.object({ way: z.string(), state: z.string() })) });
    const { items } = await client.call('GET', '/batch-executions?pageSize=3', page);
    expect(items).toEqual([
      { way: 'ssh', state: 'stopped' },
      { way: 'ssh', state: 'succeeded' },
      { way: 'ssh', state: 'partial' },
    ]);
    const begun = (await harness.operations('alice')).filter((one) => one.endsWith(' ssh')).slice(0, 2);
    expect(begun).toEqual(['batch-execution.stop ssh', 'batch-execution.begin ssh']);
  });

  it('in the menu results come as assets are done; what is like one that was shown is counted; what is long is paged', async () => {
    const env = { ...process.env, TERM: 'dumb' };
    const terminal = (await harness.ssh(alice)).terminal(undefined, [], { columns: 40, rows: 10, env });
    await terminal.waitFor('Gatehouse> ');
    for (const line of ['e', 'dev', '*,!dead', 'y']) {
      terminal.line(line);
      await terminal.waitFor(/> $|: $|\(y\/n\) $/);
    }
    terminal.line('test $(hostname) = web-2 && sleep 4.7116; echo quick');
    await terminal.waitFor(/== 1 asset · exit 0\s+(?:box|web-1)\s+quick/);
    await terminal.waitFor('2 of 3 done …');
    expect(await running('web-2', 'sleep 4.7116')).not.toBe('');
    await terminal.waitFor(/== 3 assets · exit 0 · same output as\s+\S+\s+box, web-1, web-2\s+Done in/);
    expect(terminal.shown.match(/^quick\r?$/gm)).toHaveLength(1);
    terminal.line('seq 15');
    await terminal.waitFor(/== 3 assets · exit 0\s+box, web-1, web-2\s+1\s+2\s+3/);
    await terminal.waitFor('q: enough');
    terminal.line('');
    await terminal.waitFor(/14\s+15\s+Done in/);
    expect(terminal.shown).not.toContain('\x1b[');
    terminal.line('q');
    terminal.line('q');
    expect(await terminal.untilEnded()).toBe(0);
  });

  it('a gateway that dies in the middle: what it had in hand has failed, and is never run again', async () => {
    const command = 'echo once >>/tmp/runs; sleep 3; echo done >>/tmp/runs';
    const id = await hand.begin('web-1 web-2', command, { parallel: 1, timeLimitSeconds: 300 });
    const runs = async (name: string): Promise<string> =>
      (await hosts[name]?.exec('cat /tmp/runs 2>/dev/null || true'))?.text ?? '';
    await vi.waitFor(async () => expect(await runs('web-1')).toContain('once'), { timeout: 10_000 });
    const [gateway] = harness.product.gateways.splice(0);
    const gone = new Promise((resolve) => gateway?.once('exit', resolve));
    gateway?.kill('SIGKILL');
    await gone;
    await harness.product.startGateway();
    expect(await hand.ended(id, 45_000)).toMatchObject({ state: 'failed', failedCount: 2 });
    const { 'web-1': first, 'web-2': second } = await hand.results(id);
    expect(first).toMatchObject({ failure: 'gateway_lost' });
    expect(first?.reason).toMatch(/not run again/);
    expect(second).toMatchObject({ failure: 'gateway_lost', startedAt: null });
    expect(await runs('web-1')).toMatch(/^once\n(done\n)?$/);
    expect(await runs('web-2')).toBe('');
  }, 60_000);
});
