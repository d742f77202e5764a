import { beforeAll, expect, it } from 'vitest';
import { quoted, requires, run } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { SshClient } from './ssh.js';

/**
 * Names that Debian's ssh-audit (2.5) is too old to know, and so warns of: the sign of strict key exchange, from after the
 * Terrapin attack (CVE-2023-48795), which names no algorithm.
 */
const UNKNOWN_TO_AUDIT = /^\(kex\) kex-strict-s-v00@openssh\.com +-- \[warn\] unknown algorithm$/;
/** The gateway exchanges keys anew after 1 GiB; this is more. */
const MORE_THAN_REKEYED_AFTER = 1_100 * 1024 * 1024;

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

  it.concurrent(
    'exchanges keys anew of its own accord while a gigabyte passes, which arrives whole',
    async () => {
      const size = MORE_THAN_REKEYED_AFTER;
      // the client's own limit is 64 GB (ssh_config(5), RekeyLimit): what it hears is the gateway's wish
      const words = ssh
        .args(`head -c ${size} /dev/zero`, ['-vv', '-o', 'BatchMode=yes'])
        .map(quoted)
        .join(' ');
      const compared = `ssh ${words} | cmp -n ${size} - /dev/zero && echo same`;
      const { text, stderr } = await run('/bin/sh', ['-c', compared], { timeout: 60_000 });
      expect(text).toBe('same\n');
      const heard = stderr.split('SSH2_MSG_KEXINIT received').length - 1;
      const taken = stderr.split('SSH2_MSG_NEWKEYS received').length - 1;
      expect([heard, taken]).toEqual([2, 2]);
    },
  );

  it.concurrent('looks whether a silent client is still there', async () => {
    const { status, stderr } = await ssh.exec('sleep 17', ['-vv'], { timeout: 60_000 });
    expect(status).toBe(0);
    expect(stderr).toMatch(/client_input_global_request: rtype keepalive@openssh\.com want_reply 1/);
  });
});
