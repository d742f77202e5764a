import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { endProcess, requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk } from './push-desk.js';

const LONG = 120_000;

const chosen = z.object({ engine: z.string() });

/** Folders of the playbooks that a gateway process runs. */
const foldersOf = async (pid: number | undefined): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`gatehouse-ansible-${pid}-`));

requires('hosts', 'ssh').describe('Ansible on gateways', () => {
  it('can not be chosen where there is none, and the engine stays', { timeout: LONG }, async () => {
    const empty = await mkdtemp(join(tmpdir(), 'gatehouse-no-programs-'));
    const harness = await Harness.start({ env: { PATH: empty } });
    try {
      const choice = harness.admin.send('PUT', '/settings/push-engine', { engine: 'ansible' });
      await expect(choice).rejects.toThrow(/422.*no_ansible.*install ansible-core on every gateway/s);
      expect(await harness.admin.call('GET', '/settings/push-engine', chosen)).toEqual({
        engine: 'agentless',
      });
    } finally {
      await harness.stop();
      await rm(empty, { recursive: true });
    }
  });
});

requires('hosts', 'ssh', 'sudo', 'ansible').describe('a push by Ansible whose gateway is killed', () => {
  it('is done by the next one, and its folder goes', { timeout: LONG }, async () => {
    const harness = await Harness.start();
    try {
      const desk = await PushDesk.open(harness);
      const host = await harness.startHost({ name: 'web-01', setup: desk.rootSetup });
      const asset = await desk.addAsset(host);
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible' });
      await host.exec(
        'mv /usr/sbin/useradd /usr/sbin/useradd.real; printf "#!/bin/sh\\nsleep 1000\\n" >/usr/sbin/useradd; chmod 755 /usr/sbin/useradd',
      );
      const user = await desk.addSystemUser('dev', { generateKey: true });
      const id = await desk.start(user, [asset], 'key');
      const hangs = async (): Promise<number | null> => (await host.exec('pgrep -f "[s]leep 1000"')).status;
      await expect.poll(hangs, { timeout: 30_000 }).toBe(0);

      const [gateway] = harness.product.gateways.splice(0);
      if (!gateway) throw new Error('There is no gateway');
      expect(await foldersOf(gateway.pid)).toHaveLength(1);
      await endProcess(gateway, 'SIGKILL');
      expect(await foldersOf(gateway.pid)).toHaveLength(1);
      await host.exec('pkill -f "[s]leep 1000"; mv /usr/sbin/useradd.real /usr/sbin/useradd');
      await harness.product.startGateway();
      expect(await foldersOf(gateway.pid)).toEqual([]);

      const { results } = await desk.end(id);
      expect(results[0]).toMatchObject({ state: 'succeeded', reason: '' });
      expect(await desk.record(user, asset)).toMatchObject({ engine: 'ansible', state: 'pushed' });
    } finally {
      await harness.stop();
    }
  });
});
