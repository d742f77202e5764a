import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { quoted, requires } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';

const commandPage = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      command: z.string(),
      certain: z.boolean(),
      offset: z.number(),
      at: z.string(),
    }),
  ),
});
type Command = z.infer<typeof commandPage>['items'][number];

const ENTER = '\r';
const UP = '\x1b[A';

/** Asks as database clients do: with a prompt of their own, and another for the rest of a statement. */
const DATABASE_CLIENT = `import readline
text = ''
while True:
    text += input('    -> ' if text else 'mysql> ')
    if text == 'exit':
        break
    if text.endswith(';'):
        print('took', len(text))
        text = ''
    else:
        text += ' '
`;
const SUDO_PASSWORD = 'pass phrase of dev 4711';

requires('hosts', 'ssh', 'terminal', 'sudo').describe('the commands of a session', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = {
      username: 'dev',
      publicKey: systemKey.public,
      password: SUDO_PASSWORD,
      sudo: 'password' as const,
    };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    await host.exec(`printf '%s' ${quoted(DATABASE_CLIENT)} >/home/dev/client.py`);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  async function commandsOfLast(): Promise<Command[]> {
    const [row] = await harness.sessions();
    const answer = await harness.admin.send('GET', `/sessions/${row?.id ?? ''}/commands?pageSize=200`);
    return commandPage.parse(await answer.json()).items;
  }

  async function untilNoted(last: string): Promise<Command[]> {
    await expect
      .poll(async () => (await commandsOfLast()).map(({ command }) => command), { timeout: 10_000 })
      .toContain(last);
    return commandsOfLast();
  }

  async function shell() {
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal();
    await terminal.waitFor('$ ');
    return terminal;
  }

  it('are what the user meant: typed, recalled, completed, pasted; a program and a password are not among them', async () => {
    const terminal = await shell();
    terminal.line("echo first-$((1+1)); PS1='ready> '");
    await terminal.waitFor('first-2');
    await terminal.waitFor('ready> ');
    terminal.line('echo zwei-中文');
    await terminal.waitFor(/zwei-中文\r\n[^\r]*\r?[^\r]*zwei-中文\r\n/);
    await terminal.waitFor('ready> ');
    terminal.type(UP);
    await terminal.waitFor('echo zwei-中文');
    terminal.type(ENTER);
    await terminal.waitFor(/zwei-中文\r\n/);
    await terminal.waitFor('ready> ');
    terminal.line('mkdir -p /tmp/longname-folder');
    await terminal.waitFor('ready> ');
    terminal.type('cd /tmp/longn\t');
    await terminal.waitFor('longname-folder/');
    terminal.type(ENTER);
    await terminal.waitFor('ready> ');
    // the line that is typed does not hold what is waited for: only the prompt itself does
    terminal.line('read -rsp "Sec""ret: " x; echo; echo got');
    await terminal.waitFor('Secret: ');
    terminal.line('hunter2-secret');
    await terminal.waitFor('got');
    await terminal.waitFor('ready> ');
    terminal.line('vi -u NONE note.txt');
    // what only vi shows: keys that come before it are the shell's
    await terminal.waitFor('"note.txt"');
    terminal.type('iinserted text\x1b');
    await terminal.waitFor('inserted text');
    terminal.line(':q!');
    await terminal.waitFor('ready> ');
    terminal.line('echo last-$((2+2))');
    await terminal.waitFor('last-4');
    terminal.line('exit');
    await terminal.untilEnded();
    const commands = await untilNoted('exit');
    const lines = commands.filter(({ kind }) => kind === 'line');
    expect(lines.map(({ command }) => command)).toEqual([
      "echo first-$((1+1)); PS1='ready> '",
      'echo zwei-中文',
      'echo zwei-中文',
      'mkdir -p /tmp/longname-folder',
      'cd /tmp/longname-folder/',
      'read -rsp "Sec""ret: " x; echo; echo got',
      'vi -u NONE note.txt',
      'echo last-$((2+2))',
      'exit',
    ]);
    expect(lines.filter(({ certain }) => !certain)).toEqual([]);
    expect(commands.map(({ kind }) => kind)).toContain('hidden');
    expect(JSON.stringify(commands)).not.toContain('hunter2');
    expect(JSON.stringify(commands)).not.toContain('inserted text');
  });

  it('stand in the recording at their moment', async () => {
    const terminal = await shell();
    terminal.line('echo marked-$((3+3))');
    await terminal.waitFor('marked-6');
    terminal.line('exit');
    await terminal.untilEnded();
    const [command] = await untilNoted('exit');
    await expect.poll(async () => (await harness.sessions())[0]?.endedAt).toEqual(expect.any(String));
    const [row] = await harness.sessions();
    const answer = await harness.admin.send('GET', `/sessions/${row?.id ?? ''}/recording`);
    const events = (await answer.text())
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => z.tuple([z.number(), z.string(), z.string()]).parse(JSON.parse(line)));
    const shown = events.findIndex(([, code, data]) => code === 'o' && data.includes('marked-6'));
    const mark = events.findIndex(([, code, data]) => code === 'm' && data === 'echo marked-$((3+3))');
    expect(mark).toBeGreaterThan(0);
    expect(command?.command).toBe('echo marked-$((3+3))');
    // both are rounded to milliseconds
    expect(command?.offset).toBeLessThan((events[shown]?.[0] ?? 0) + 0.01);
    expect(row).toMatchObject({ commandCount: 2 });
  });

  it('go on in a shell of root and in a database client, whose prompts are others', async () => {
    const terminal = await shell();
    terminal.line('sudo -i');
    await terminal.waitFor(/password for dev/);
    terminal.line(SUDO_PASSWORD);
    await terminal.waitFor(/# $/);
    terminal.line('echo uid-$(id -u)');
    await terminal.waitFor('uid-0');
    await terminal.waitFor(/# $/);
    terminal.line('python3 /home/dev/client.py');
    await terminal.waitFor('mysql> ');
    terminal.line('SELECT name FROM users;');
    await terminal.waitFor('took 23');
    await terminal.waitFor('mysql> ');
    terminal.line('DELETE FROM users');
    await terminal.waitFor('    -> ');
    terminal.line('WHERE id = 7;');
    await terminal.waitFor('took 31');
    await terminal.waitFor('mysql> ');
    terminal.type(`${UP}${UP}${UP}`);
    await terminal.waitFor(/SELECT name FROM users;/);
    terminal.type(ENTER);
    await terminal.waitFor('took 23');
    await terminal.waitFor('mysql> ');
    terminal.line('exit');
    await terminal.waitFor(/# $/);
    terminal.line('exit');
    await terminal.waitFor('$ ');
    terminal.line('echo own-$((1+1))');
    await terminal.waitFor('own-2');
    await terminal.waitFor('$ ');
    terminal.line('exit');
    await terminal.untilEnded();
    await untilNoted('echo own-$((1+1))');
    await expect.poll(async () => (await commandsOfLast()).at(-1)?.command, { timeout: 10_000 }).toBe('exit');
    const commands = await commandsOfLast();
    const lines = commands.filter(({ kind }) => kind === 'line').map(({ command }) => command);
    expect(lines).toEqual([
      'sudo -i',
      'echo uid-$(id -u)',
      'python3 /home/dev/client.py',
      'SELECT name FROM users;',
      'DELETE FROM users\nWHERE id = 7;',
      'SELECT name FROM users;',
      'exit',
      'exit',
      'echo own-$((1+1))',
      'exit',
    ]);
    expect(commands.filter(({ kind }) => kind === 'hidden')).toHaveLength(1);
    expect(JSON.stringify(commands)).not.toContain(SUDO_PASSWORD);
  });

  it('go on on another host that is reached from there, and after su', async () => {
    const further = await harness.startHost({
      name: 'far-01',
      accounts: [{ username: 'ops', password: SUDO_PASSWORD }],
    });
    const terminal = await shell();
    const ssh = `ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ops@${further.address}`;
    terminal.line(ssh);
    await terminal.waitFor(/password: $/);
    terminal.line(SUDO_PASSWORD);
    await terminal.waitFor('$ ');
    terminal.line('echo on-$(hostname)');
    await terminal.waitFor('on-far-01');
    await terminal.waitFor('$ ');
    terminal.line('bind \'"\\C-m": "\\C-uecho evil-$((5+5))\\C-j"\'');
    await terminal.waitFor('$ ');
    terminal.line('ls');
    await terminal.waitFor('evil-10');
    await terminal.waitFor('$ ');
    terminal.type('exit\n');
    await terminal.waitFor('closed.');
    await terminal.waitFor('$ ');
    terminal.line('su - dev');
    await terminal.waitFor(/Password: $/);
    terminal.line(SUDO_PASSWORD);
    await terminal.waitFor('$ ');
    terminal.line('echo as-$(id -un)');
    await terminal.waitFor('as-dev');
    await terminal.waitFor('$ ');
    terminal.line('exit');
    await terminal.waitFor('$ ');
    terminal.line('echo back-$((1+1))');
    await terminal.waitFor('back-2');
    terminal.line('exit');
    await terminal.untilEnded();
    await untilNoted('echo back-$((1+1))');
    await expect.poll(async () => (await commandsOfLast()).at(-1)?.command, { timeout: 10_000 }).toBe('exit');
    const commands = await commandsOfLast();
    const lines = commands.filter(({ kind }) => kind === 'line');
    expect(lines.map(({ command, certain }) => [command, certain])).toEqual([
      [ssh, true],
      ['echo on-$(hostname)', true],
      ['bind \'"\\C-m": "\\C-uecho evil-$((5+5))\\C-j"\'', true],
      ['echo evil-$((5+5))', false],
      ['exit', true],
      ['su - dev', true],
      ['echo as-$(id -un)', true],
      ['exit', true],
      ['echo back-$((1+1))', true],
      ['exit', true],
    ]);
    expect(commands.filter(({ kind }) => kind === 'hidden')).toHaveLength(2);
    expect(JSON.stringify(commands)).not.toContain(SUDO_PASSWORD);
  });

  it('of a client that is killed are kept', async () => {
    const terminal = await shell();
    terminal.line('echo before-$((4+4))');
    await terminal.waitFor('before-8');
    await terminal.waitFor('$ ');
    terminal.line("echo run''ning; sleep 60");
    await terminal.waitFor('running');
    process.kill(terminal.pid, 'SIGKILL');
    const lines = await untilNoted("echo run''ning; sleep 60");
    expect(lines.map(({ command }) => command)).toEqual(['echo before-$((4+4))', "echo run''ning; sleep 60"]);
  });

  it('of an exec session is its command line', async () => {
    await (await harness.ssh(way.person, 'alice@dev@web-01')).exec('echo out; true');
    const [command] = await untilNoted('echo out; true');
    expect(command).toMatchObject({ kind: 'exec', certain: true });
  });

  it('of a shell without a terminal are the lines that it is fed', async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    for (const command of ['', 'sh']) {
      const { text } = await ssh.exec(command === '' ? undefined : command, [], {
        input: `echo fed-$((1+1))\necho by-${command}x`,
      });
      expect(text).toBe(`fed-2\nby-${command}x\n`);
      const lines = await untilNoted(`echo by-${command}x`);
      expect(lines.map((line) => [line.kind, line.command, line.certain])).toEqual([
        ...(command === '' ? [] : [['exec', 'sh', true]]),
        ['line', 'echo fed-$((1+1))', false],
        ['line', `echo by-${command}x`, false],
      ]);
    }
  });

  it('are never certain where the echo is off or the screen lies', async () => {
    const terminal = await shell();
    terminal.line('bind \'"\\C-m": "\\C-uecho evil-$((5+5))\\C-j"\'');
    await terminal.waitFor('$ ');
    terminal.line('ls');
    await terminal.waitFor('evil-10');
    await terminal.waitFor('$ ');
    terminal.type('stty -echo\n');
    await terminal.waitFor('stty -echo');
    await terminal.waitFor('$ ');
    terminal.type('echo unseen-$((6+6)); exit\n');
    await terminal.untilEnded();
    await expect
      .poll(async () => (await commandsOfLast()).map(({ kind }) => kind), { timeout: 10_000 })
      .toContain('hidden');
    const commands = await commandsOfLast();
    const evil = commands.find(({ command }) => command === 'echo evil-$((5+5))');
    expect(evil?.certain).toBe(false);
    expect(commands.filter(({ certain }) => certain).map(({ command }) => command)).not.toContain('ls');
    expect(JSON.stringify(commands)).not.toContain('unseen');
  });
});
