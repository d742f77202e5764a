import { beforeAll, expect, it } from 'vitest';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { SshClient } from './ssh.js';

const CONSOLE = 'https://ops.example.com/gatehouse';
const PASSWORD = 'given by an admin 4711';

requires('ssh').describe('an SSH login that needs the console first', () => {
  let harness: Harness;
  let client: SshClient;
  let userId: string;

  beforeAll(async () => {
    harness = await Harness.start({ env: { GATEHOUSE_PUBLIC_URL: CONSOLE } });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const person = await harness.addPerson('fresh');
    userId = person.id;
    await harness.change(`/users/${userId}`, { password: PASSWORD, mustChangePassword: true });
    const { key: _, ...door } = harness.door(person, 'fresh');
    client = await SshClient.at(door, harness.keys);
  });

  async function told(login: string, method = 'password'): Promise<string> {
    const terminal = client.as({ login }).terminal(undefined, ['-o', `PreferredAuthentications=${method}`]);
    await terminal.waitFor(/password:/i);
    terminal.line(PASSWORD);
    await terminal.untilEnded();
    return terminal.shown;
  }

  it('with a password that somebody else set is told where to change it, in the menu and on the way to an asset', async () => {
    const words = `Change it in the console (${CONSOLE}) first`;
    expect(await told('fresh')).toContain(words);
    expect(await told('fresh@dev@web-01')).toContain(words);
    await harness.change(`/users/${userId}`, { language: 'zh-CN' });
    expect(await told('fresh')).toContain(`请先在控制台（${CONSOLE}）修改密码`);
  });

  it('of whoever must set up a second factor is told where', async () => {
    await harness.change(`/users/${userId}`, { secondFactorRequired: true, language: 'en' });
    for (const method of ['keyboard-interactive', 'password,keyboard-interactive']) {
      expect(await told('fresh', method)).toContain(`Set it up in the console (${CONSOLE}) first`);
    }
    // as a prompt: of an instruction OpenSSH shows such letters as octal numbers
    await harness.change(`/users/${userId}`, { language: 'zh-CN' });
    const terminal = client.terminal(undefined, ['-o', 'PreferredAuthentications=keyboard-interactive']);
    await terminal.waitFor(/password:/i);
    terminal.line(PASSWORD);
    await terminal.waitFor(`请先在控制台（${CONSOLE}）完成设置，再重新登录。按回车键结束：`);
    terminal.line('');
    await terminal.untilEnded();
  });
});
