import { beforeAll, expect, it } from 'vitest';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { SshClient } from './ssh.js';

const CONSOLE = 'https://ops.example.com/gatehouse';
const PASSWORD = 'given by an admin 4711';

requires('ssh').describe('an SSH login with a password that somebody else set', () => {
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

  async function told(login: string): Promise<string> {
    const terminal = client.as({ login }).terminal(undefined, ['-o', 'PreferredAuthentications=password']);
    await terminal.waitFor('password:');
    terminal.line(PASSWORD);
    await terminal.untilEnded();
    return terminal.shown;
  }

  it('is told the address at which it is changed, in the menu and on the way to an asset', async () => {
    const words = `Change it in the console (${CONSOLE}) first`;
    expect(await told('fresh')).toContain(words);
    expect(await told('fresh@dev@web-01')).toContain(words);
    await harness.change(`/users/${userId}`, { language: 'zh-CN' });
    expect(await told('fresh')).toContain(`请先在控制台（${CONSOLE}）修改密码`);
  });
});
