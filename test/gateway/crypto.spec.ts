import { beforeAll, expect, it } from 'vitest';
import { requires, run } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { SshClient } from './ssh.js';

/**
 * Names that Debian's ssh-audit (2.5) is too old to know, and so warns of: the sign of strict key exchange, from after the
 * Terrapin attack (CVE-2023-48795), which names no algorithm.
 */
const UNKNOWN_TO_AUDIT = /^\(kex\) kex-strict-s-v00@openssh\.com +-- \[warn\] unknown algorithm$/;
requires('hosts', 'ssh').describe('what protects a connection', () => {
  let harness: Harness;
  let way: Way;
  let ssh: SshClient;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    ssh = await harness.ssh(way.person, 'alice@dev@web-01');
  });

  requires('ssh-audit').describe('to ssh-audit', () => {
    it('has no failure and no warning', async () => {
      const { address, sshPort } = harness.product;
      const audit = await run('ssh-audit', ['-n', '-p', String(sshPort), address]);
      expect(audit.text).toMatch(/\[info\]/);
      const bad = audit.text.split('\n').filter((line) => /\[(?:fail|warn)\]/.test(line));
      expect(bad.filter((line) => !UNKNOWN_TO_AUDIT.test(line))).toEqual([]);
    });
  });

  it('offers neither SHA-1 nor MACs of the plaintext, and strict key exchange', async () => {
    const { stderr } = await ssh.exec('true', ['-vvv']);
    const offers = stderr.split('peer server KEXINIT proposal')[1] ?? '';
    const offered = (what: string): string[] =>
      new RegExp(`debug2: ${what}: (\\S+)`).exec(offers)?.[1]?.split(',') ?? [];
    expect(offered('KEX algorithms')).toContain('kex-strict-s-v00@openssh.com');
    const macs = offered('MACs stoc');
    expect(macs.length).toBeGreaterThan(0);
    expect(macs.filter((name) => !name.includes('-etm@'))).toEqual([]);
    expect(offered('host key algorithms')).toEqual(['ssh-ed25519']);
  });

  it('looks whether a silent client is still there', async () => {
    const { status, stderr } = await ssh.exec('sleep 17', ['-vv'], { timeout: 60_000 });
    expect(status).toBe(0);
    expect(stderr).toMatch(/client_input_global_request: rtype keepalive@openssh\.com want_reply 1/);
  });
});
