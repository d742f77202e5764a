import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host } from '../hosts/index.js';
import { sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';

const rows = z.object({
  items: z.array(z.looseObject({ endReason: z.string().nullable(), endDetail: z.string().nullable() })),
});

requires('hosts', 'ssh', 'terminal').describe(
  'refusals and failures for a user whose language is Chinese',
  () => {
    let harness: Harness;
    let host: Host;
    let way: Way;

    beforeAll(async () => {
      harness = await Harness.start();
      return () => harness.stop();
    }, 60_000);
    beforeAll(async () => {
      const systemKey = await harness.keys.make('system');
      const accounts = [{ username: 'dev', publicKey: systemKey.public }];
      host = await harness.startHost({ name: 'web-01', accounts });
      way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
      await harness.change(`/users/${way.person.id}`, { language: 'zh-CN' });
      const { address, hostKey } = host;
      await addWayTo('down-01', { address, port: 4, hostKey });
      const { hostKey: other } = await harness.startHost({ name: 'other' });
      await addWayTo('swapped-01', { address, port: 22, hostKey: other });
      const stranger = await harness.startHost({ name: 'stranger-01', accounts: [{ username: 'dev' }] });
      await addWayTo('stranger-01', stranger);
    });

    async function addWayTo(
      name: string,
      at: { address: string; port: number; hostKey: string },
    ): Promise<string> {
      const id = await harness.addAsset(name, at);
      await harness.recordPush(way.systemUserId, [id]);
      await harness.addRule([way.person.id], [id], [way.systemUserId]);
      return id;
    }

    /** What a direct login says, in a terminal whose language is English. */
    async function told(asset: string, environment: Record<string, string> = { LANG: 'C.UTF-8' }) {
      const ssh = await harness.ssh(way.person, `alice@dev@${asset}`);
      const env = { ...process.env, ...environment };
      return (await ssh.exec('id', ['-o', 'SendEnv=LANG'], { env })).stderr.trim();
    }

    it('why access is refused', async () => {
      expect(await told('nowhere')).toBe('没有授权规则允许您进行此访问，请联系管理员。');
      await harness.change(`/authorization-rules/${way.ruleId}`, { actions: ['connect'] });
      expect(await told('web-01')).toBe('您在 web-01 上的授权规则不允许：exec。');
      await harness.change(`/authorization-rules/${way.ruleId}`, {
        actions: ['connect', 'exec'],
        validUntil: '2020-01-01T00:00:00Z',
        validFrom: null,
      });
      expect(await told('web-01')).toContain('您的授权目前无效');
      await harness.change(`/authorization-rules/${way.ruleId}`, { validUntil: null });
      await harness.change(`/assets/${way.assetId}`, { active: false });
      expect(await told('web-01')).toBe('web-01 已停用，任何人都无法连接。');
      await harness.change(`/assets/${way.assetId}`, { active: true });
      expect(await told('web-01')).toBe('');
    });

    it('why an asset can not be reached, while its record is in English as ever', async () => {
      expect(await told('down-01')).toBe(
        '无法连接 down-01：其端口没有响应（连接被拒绝）。请稍后重试；若仍无法连接，请联系管理员。',
      );
      expect(await told('swapped-01')).toContain('swapped-01 的主机密钥与已固定的不一致');
      expect(await told('stranger-01')).toContain('stranger-01 拒绝了系统用户的登录');
      const { items } = await harness.admin.call('GET', '/sessions?sort=-startedAt&q=down-01', rows);
      expect(items[0]).toMatchObject({
        endReason: 'connect_failed',
        endDetail: "connect: Can't reach down-01: nothing answers at its port (connection refused).",
      });
    });

    it('without an asset, in the menu, and under the SFTP root', async () => {
      const ssh = await harness.ssh(way.person);
      expect((await ssh.exec('id')).stderr).toContain('请指明要执行命令的资产');
      const terminal = ssh.terminal();
      await terminal.waitFor('Gatehouse> ');
      terminal.line('down-01');
      await terminal.waitFor('无法连接 down-01：其端口没有响应');
      terminal.line('q');
      await terminal.untilEnded();
      const { stderr } = await sftp(ssh, ['ls /down-01/dev/']);
      expect(stderr).toContain('无法连接 down-01：其端口没有响应');
    });

    it('why a channel is refused is in English: ssh shows no other letters there', async () => {
      const menu = await harness.ssh(way.person);
      const far = await menu.exec(undefined, ['-W', 'nowhere:22']);
      expect(far.stderr).toContain('open failed: connect failed: None of your assets has this name');
      const straight = await harness.ssh(way.person, 'alice@dev@web-01');
      const near = await straight.exec(undefined, ['-W', 'localhost:22']);
      expect(near.stderr).toContain('open failed: connect failed: Your rules for web-01 do not allow');
      expect(far.stderr + near.stderr).not.toMatch(/\\\d{3}/);
    });

    it('why a batch execution in the menu failed on an asset, while its record is in English as ever', async () => {
      const terminal = (await harness.ssh(way.person)).terminal();
      await terminal.waitFor('Gatehouse> ');
      for (const line of ['e', 'dev', 'web-01 down-01 swapped-01', 'y']) {
        terminal.line(line);
        await terminal.waitFor(/> $|\(y\/n\) $/);
      }
      terminal.line('kill -KILL $PPID');
      await terminal.waitFor('用时');
      await terminal.waitFor(/> $/);
      expect(terminal.shown).toContain('无法连接 down-01：其端口没有响应（连接被拒绝）。');
      expect(terminal.shown).toContain('swapped-01 的主机密钥与已固定的不一致');
      expect(terminal.shown).toContain('命令结束之前，web-01 关闭了连接。');
      expect(terminal.shown).not.toMatch(/Can't reach|closed the connection/);
      terminal.line('q');
      terminal.line('q');
      await terminal.untilEnded();
      const list = z.object({ items: z.array(z.object({ id: z.uuid() })) });
      const { items } = await harness.admin.call('GET', '/batch-executions', list);
      const results = z.object({ items: z.array(z.object({ assetName: z.string(), reason: z.string() })) });
      const kept = await harness.admin.call('GET', `/batch-executions/${items[0]?.id}/results`, results);
      const reasons = Object.fromEntries(kept.items.map(({ assetName, reason }) => [assetName, reason]));
      expect(reasons['down-01']).toBe(
        "Can't reach down-01: nothing answers at its port (connection refused).",
      );
      expect(reasons['web-01']).toBe('web-01 closed the connection before the command ended.');
    });

    it('as the client says where the profile says nothing, and in English where neither does', async () => {
      await harness.change(`/users/${way.person.id}`, { language: null });
      expect(await told('down-01', { LANG: 'zh_CN.UTF-8' })).toContain('其端口没有响应');
      expect(await told('nowhere', { LANG: 'zh_CN.UTF-8' })).toContain('没有授权规则');
      expect(await told('down-01')).toBe(
        "Can't reach down-01: nothing answers at its port (connection refused). Try again later; if it stays so, tell an administrator.",
      );
      expect(await told('nowhere')).toContain('No authorization rule gives you this access');
      await harness.change(`/users/${way.person.id}`, { language: 'zh-CN' });
    });
  },
);
