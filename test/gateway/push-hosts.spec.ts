import { beforeAll, expect, it } from 'vitest';
import { requires, startMisbehavingHost, type Host } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk } from './push-desk.js';

requires('hosts', 'ssh', 'busybox-hosts').describe('a push to a small host', () => {
  let harness: Harness;
  let desk: PushDesk;
  let host: Host;
  let asset: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    host = await harness.startHost({ name: 'tiny', family: 'busybox', setup: desk.rootSetup });
    asset = await desk.addAsset(host);
  });

  const on = async (command: string): Promise<string> => {
    const { text, stderr, status } = await host.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  };
  const traces = (name: string): Promise<string> =>
    on(
      `cat /etc/passwd /etc/shadow /etc/group; ls -la /home/${name}/.ssh; cat /home/${name}/.ssh/authorized_keys; ls -A /etc`,
    );

  it('makes the account with a shell that is there, and lets it log in by key; twice changes nothing', async () => {
    const user = await desk.addSystemUser('dev', { generateKey: true, shell: '/bin/bash' });
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: 'succeeded', reason: '' });
    expect(result.steps.find(({ code }) => code === 'shell-missing')?.message).toMatch(
      /no \/bin\/bash.*\/bin\/sh/,
    );
    expect(await on('grep ^dev: /etc/passwd | cut -d: -f6-7')).toBe('/home/dev:/bin/sh');
    const before = await traces('dev');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await traces('dev')).toBe(before);
    expect(before).not.toMatch(/gatehouse\.lock|\.gatehouse$/m);
  });

  it('sets passwords and groups', async () => {
    await on('echo staff:x:50: >>/etc/group');
    const user = await desk.addSystemUser('dba', {
      password: 'x y:z "4711"',
      shell: '/bin/sh',
      groups: ['staff'],
    });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await on('grep ^staff: /etc/group')).toBe('staff:x:50:dba');
    await harness.change(`/system-users/${user}`, { groups: [] });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await on('grep ^staff: /etc/group')).toBe('staff:x:50:');
  });

  it('without sudo fails only when sudo is asked for', async () => {
    const alias = await desk.addAlias('ANY', ['ALL']);
    const user = await desk.addSystemUser('sa', {
      generateKey: true,
      shell: '/bin/sh',
      sudoAliasIds: [alias],
    });
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: 'failed', step: 'sudo-check' });
    expect(result.reason).toMatch(/no sudo on this asset/);
    await harness.change(`/system-users/${user}`, { sudoAliasIds: [] });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
  });

  it('is taken back without a trace but the home', async () => {
    const before = await on('cat /etc/passwd /etc/shadow /etc/group');
    const user = await desk.addSystemUser('gone', { generateKey: true, shell: '/bin/sh' });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await desk.push(user, asset, 'recycle')).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await on('cat /etc/passwd /etc/shadow /etc/group')).toBe(before);
    expect(await desk.record(user, asset)).toBeNull();
    // the home has the number of the account that went: a new one gets it again
    const uid = await on('stat -c %u /home/gone');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await on('id -u gone')).toBe(uid);
  });
});

requires('hosts', 'ssh').describe('a push to a host that means harm', () => {
  let harness: Harness;
  let desk: PushDesk;
  let host: Host;
  let asset: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    host = await harness.startHost({ name: 'hostile', setup: desk.rootSetup });
    asset = await desk.addAsset(host);
  });

  const on = async (command: string): Promise<string> => {
    const { text, stderr, status } = await host.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  };

  it.each([
    ['homelink', 'mv ~homelink /home/real1; ln -s /srv/target ~homelink', 'home', /symbolic link/],
    ['sshlink', 'ln -s /srv/target ~sshlink/.ssh', 'key', /\.ssh.*symbolic link/],
    [
      'rootlink',
      'mkdir ~rootlink/.ssh; ln -s /root/.ssh/authorized_keys ~rootlink/.ssh/authorized_keys; chown -R rootlink ~rootlink/.ssh',
      'key',
      /symbolic link/,
    ],
    [
      'pipe',
      'mkdir ~pipe/.ssh; mkfifo ~pipe/.ssh/authorized_keys; chown -R pipe ~pipe/.ssh',
      'key',
      /no plain file/,
    ],
    [
      'tmplink',
      'mkdir ~tmplink/.ssh; ln -s /srv/target/planted ~tmplink/.ssh/authorized_keys.gatehouse; chown -R tmplink ~tmplink/.ssh',
      null,
      /^$/,
    ],
    ['filessh', 'echo x >~filessh/.ssh; chown filessh ~filessh/.ssh', 'key', /no folder/],
    ['notmine', 'chown root ~notmine', 'home', /somebody else/],
    ['open', 'chmod 777 ~open', 'home', /Others may write/],
    ['toor', 'sed -i "s/^toor:x:[0-9]*/toor:x:0/" /etc/passwd', 'account', /uid 0/],
  ])('writes nothing outside the account: %s', async (name, trap, step, reason) => {
    await on(
      `useradd -m -p '*' -s /bin/sh ${name}; rm -rf ~${name}/.ssh; mkdir -p /srv/target; chmod 777 /srv/target; ${trap}`,
    );
    const outside =
      'find /srv/target /root/.ssh /etc -newer /srv/mark | sort; cat /root/.ssh/authorized_keys; ls -lan /srv/target';
    await on('sleep 0.05; touch /srv/mark');
    const before = await on(outside);
    const user = await desk.addSystemUser(name, { generateKey: true, shell: '/bin/sh' });
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: step === null ? 'succeeded' : 'failed' });
    if (step !== null) expect(result.step).toBe(step);
    expect(result.reason).toMatch(reason);
    expect(await on(outside)).toBe(before);
  });

  it('says why no key is taken when the host makes homes that are open to all', async () => {
    await on("cp -p /etc/login.defs /srv/login.defs; echo 'HOME_MODE 0777' >>/etc/login.defs");
    const user = await desk.addSystemUser('opened', { generateKey: true, shell: '/bin/sh' });
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: 'failed', step: 'home' });
    expect(result.reason).toMatch(/Others may write/);
    await on('mv /srv/login.defs /etc/login.defs; chmod 700 ~opened');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded', reason: '' });
  });

  it('shows what the host says as harmless text, and not more than fits', async () => {
    // what is cut off falls into the middle of a character beyond the basic plane
    await on(String.raw`mv /usr/sbin/useradd /usr/sbin/useradd.real
cat >/usr/sbin/useradd <<'END'
#!/bin/sh
printf '\033[2J<script>.' >&2
printf '\360\237\230\200%.0s' $(seq 600) >&2
exit 9
END
chmod 755 /usr/sbin/useradd`);
    const user = await desk.addSystemUser('loud');
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: 'failed', step: 'account' });
    expect(result.reason).toContain('<script>.😀😀');
    expect(result.reason).not.toMatch(/\p{Cc}/u);
    expect(result.reason.length).toBeLessThan(600);
    await on('mv /usr/sbin/useradd.real /usr/sbin/useradd');
  });

  it('ends on hosts that never do', async () => {
    const kinds = [
      'silent',
      'never-answers-login',
      'never-opens-channel',
      'endless-output',
      'drops-in-session',
    ] as const;
    const hosts = await Promise.all(kinds.map((kind) => startMisbehavingHost(kind)));
    try {
      const assets = await Promise.all(
        hosts.map((one, index) => desk.addAsset({ name: kinds[index] ?? '', ...place(one) })),
      );
      const user = await desk.addSystemUser('endless');
      const { state, results } = await desk.end(await desk.start(user, [...assets, asset], 'key'));
      expect(state).toBe('partial');
      for (const result of results.filter(({ assetName }) => assetName !== 'hostile')) {
        expect(result).toMatchObject({ state: 'failed' });
        expect(result.reason.length).toBeGreaterThan(10);
      }
    } finally {
      await Promise.all(hosts.map((one) => one.stop()));
    }
  });
});

const place = ({ address, port, hostKey }: { address: string; port: number; hostKey: string }) => ({
  address,
  port,
  hostKey,
});
