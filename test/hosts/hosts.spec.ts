import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import {
  endProcess,
  requires,
  run,
  spawnBound,
  startHost,
  startHosts,
  stopHosts,
  type Host,
} from './index.js';

const started: Host[] = [];
afterEach(() => stopHosts(started.splice(0)));

async function begin(...options: Parameters<typeof startHost>): Promise<Host> {
  const host = await startHost(...options);
  started.push(host);
  return host;
}

function sshTo(host: Host, login: string, command: string, ...more: string[]) {
  const args = [
    '-F',
    'none',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    ...more,
  ];
  return run('ssh', [...args, `${login}@${host.address}`, command]);
}

requires('hosts', 'ssh', 'sudo').describe('a throw-away Debian host', () => {
  it('takes logins by password and key for accounts that exist only there', async () => {
    const host = await begin({
      name: 'web-01',
      accounts: [{ username: 'dev', password: "p'w $d", sudo: 'nopasswd' }],
    });
    const answer = await host.exec('hostname; id -un dev; sudo -u dev sudo id -u');
    expect(answer.text).toBe('web-01\ndev\n0\n');
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('/home/dev');
    const scan = await run('ssh-keyscan', ['-t', 'ed25519', host.address]);
    expect(scan.text).toContain(host.hostKey);
    expect((await sshTo(host, 'dev', 'true', '-o', 'BatchMode=yes')).status).toBe(255);
  });

  it('changes its host key while it runs', async () => {
    const host = await begin({ name: 'web-02' });
    const before = host.hostKey;
    const after = await host.changeHostKey();
    expect(after).not.toBe(before);
    expect((await run('ssh-keyscan', ['-t', 'ed25519', host.address])).text).toContain(after);
  });

  it('starts twenty at once, each on its own address', async () => {
    started.push(...(await startHosts(20)));
    expect(new Set(started.map((host) => host.address)).size).toBe(20);
    expect((await started[19]?.exec('hostname'))?.text).toBe('host-20\n');
  });
});

requires('busybox-hosts', 'dbclient', 'ssh').describe('a throw-away BusyBox host', () => {
  it('has dropbear and no Python', async () => {
    const host = await begin({
      name: 'tiny',
      family: 'busybox',
      accounts: [{ username: 'dev', password: 'pw' }],
    });
    const scan = await run('ssh-keyscan', ['-t', 'ed25519', host.address]);
    expect(scan.text).toContain(host.hostKey);
    expect((await host.exec('which python3 sudo bash')).text).toBe('');
  });
});

requires('hosts').describe('a test runner that is killed', () => {
  it('takes its hosts along', async () => {
    const module = fileURLToPath(new URL('./index.js', import.meta.url));
    const script = `const {startHost} = await import('${module}');
      const host = await startHost({name: 'orphan'});
      console.log(host.address);
      setInterval(() => undefined, 1000);`;
    const runner = spawnBound(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await new Promise<string>((resolve) => {
      runner.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
    expect(await answers(address)).toBe(true);
    await endProcess(runner, 'SIGKILL');
    await expect.poll(() => answers(address)).toBe(false);
  });
});

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(22, address, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
