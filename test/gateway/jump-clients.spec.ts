import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { endProcess, findFreePort, findProgram, PYTHON, requires, run, spawnBound } from '../hosts/index.js';
import { doorOptions, DOOR, jumpThrough } from './file-clients.js';
import { Harness, type Way } from './harness.js';

/** The way on is a channel of the outer client, the socket of the inner one. */
const PARAMIKO = `
import sys, paramiko
address, port, key = sys.argv[1:4]
def connect(host, port, name, **more):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(host, port, name, key_filename=key, look_for_keys=False, allow_agent=False, timeout=10, **more)
    return client
outer = connect(address, int(port), "alice")
way = outer.get_transport().open_channel("direct-tcpip", ("web-01", 22), ("127.0.0.1", 0))
inner = connect("web-01", 22, "dev", sock=way)
stdin, stdout, stderr = inner.exec_command("cat; id -un; exit 3")
stdin.write("in "); stdin.channel.shutdown_write()
print(stdout.read().decode().strip(), stdout.channel.recv_exit_status(), sep=",")
files = inner.open_sftp()
print(files.stat("/etc/hostname").st_size > 0)
`;

/** What an editor that works on an asset feeds a shell: it starts a server there and says its port. */
const EDITOR_SCRIPT = `
mkdir -p ~/.editor && cd ~/.editor && echo 'from the asset' >answer || exit 1
python3 -c 'import http.server as h
s = h.ThreadingHTTPServer(("127.0.0.1", 0), h.SimpleHTTPRequestHandler)
print("listening on", s.server_port, flush=True)
s.serve_forever()' 2>/dev/null &
`;

requires('hosts', 'ssh').describe('a way on through the gateway by other clients, and many on one', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  /** The key in the form of another family of clients. */
  async function convert(...[program = '', ...args]: string[]): Promise<string> {
    const file = join(harness.keys.folder, `key-of-${program}`);
    const made = await run(
      program,
      args.map((arg) => (arg === 'FILE' ? file : arg)),
    );
    if (made.status !== 0) throw new Error(made.stderr);
    return file;
  }

  requires('dbclient').describe('by dbclient', () => {
    it('dropbear’s dbclient, by its own list of hops', async () => {
      const key = await convert('dropbearconvert', 'openssh', 'dropbear', way.person.key.file, 'FILE');
      const { address, sshPort } = harness.product;
      const hops = `alice@${address}^${sshPort},dev@web-01^22`;
      // it starts itself for each hop, and looks for itself in no PATH
      const answer = await run(
        findProgram('dbclient') ?? '',
        ['-y', '-y', '-T', '-i', key, hops, 'cat; id -un; exit 3'],
        {
          input: 'in ',
        },
      );
      expect(answer).toMatchObject({ text: 'in dev\n', status: 3 });
    });
  });

  requires('plink').describe('by plink', () => {
    it('PuTTY’s plink, by a proxy command of itself', async () => {
      const key = await convert('puttygen', way.person.key.file, '-O', 'private', '-o', 'FILE');
      const input = harness.hostKeys.join('\n') + '\n';
      const prints = (await run('ssh-keygen', ['-l', '-f', '-'], { input })).text.matchAll(/SHA256:\S+/g);
      const pins = [...prints].flatMap(([print]) => ['-hostkey', print]);
      const common = ['-batch', '-noagent', ...pins, '-i', key];
      const { address, sshPort } = harness.product;
      const outer = ['plink', ...common, '-P', String(sshPort), '-l', 'alice', '-nc', '%host:%port', address];
      const inner = ['-ssh', ...common, '-proxycmd', outer.join(' '), '-P', '22', '-l', 'dev', 'web-01'];
      const answer = await run('plink', [...inner, 'cat; id -un; exit 3'], { input: 'in ' });
      expect(answer).toMatchObject({ text: 'in dev\n', status: 3 });
    });
  });

  requires('paramiko').describe('by paramiko', () => {
    it('paramiko, by a channel as its socket: command and SFTP', async () => {
      const { address, sshPort } = harness.product;
      const args = ['-c', PARAMIKO, address, String(sshPort), way.person.key.file];
      expect(await run(PYTHON, args)).toMatchObject({ text: 'in dev,3\nTrue\n', status: 0 });
    });
  });

  requires('curl').describe('by an editor', () => {
    it('a server that a fed shell starts on the asset is reached by -D of the same client', async () => {
      const actions = ['connect', 'exec', 'forward'];
      await harness.change(`/authorization-rules/${way.ruleId}`, {
        actions,
        forwardDestinations: ['127.0.0.1'],
      });
      const outer = await harness.ssh(way.person);
      const socks = await findFreePort(24200, 24399);
      const inside = ['User=dev', 'HostName=web-01', 'Port=22', `ProxyCommand=${jumpThrough(outer)}`];
      const options = inside.flatMap((each) => ['-o', each]);
      const args = ['-T', '-D', String(socks), ...options, ...doorOptions(outer), DOOR, 'sh'];
      const child = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      try {
        let said = '';
        child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
        child.stdin?.write(EDITOR_SCRIPT);
        await expect.poll(() => said, { timeout: 10_000 }).toMatch(/listening on \d+\n/);
        const port = /\d+/.exec(said)?.[0] ?? '';
        const ask = ['-sS', '--noproxy', '', '-x', `socks5h://127.0.0.1:${socks}`];
        const answers = Array.from({ length: 8 }, () =>
          run('curl', [...ask, `http://127.0.0.1:${port}/answer`]),
        );
        for (const { text, stderr } of await Promise.all(answers))
          expect(text, stderr).toBe('from the asset\n');
      } finally {
        await endProcess(child, 'SIGTERM');
      }
    });
  });

  it(
    'OpenSSH with one ControlMaster to the gateway: thirty ways at once over it',
    { timeout: 60_000 },
    async () => {
      const outer = await harness.ssh(way.person);
      const socket = join(harness.keys.folder, 'outer-mux');
      const args = ['-N', '-M', '-S', socket, ...doorOptions(outer), DOOR];
      const master = spawnBound('ssh', args, { stdio: 'ignore' });
      try {
        const check = ['-F', 'none', '-S', socket, '-O', 'check', DOOR];
        await expect.poll(async () => (await run('ssh', check)).status, { timeout: 10_000 }).toBe(0);
        // where the master refuses there is no other way
        const proxy = `ssh -F none -S '${socket}' -o ProxyCommand=false -W '[%h]:%p' ${DOOR}`;
        const inner = outer.as({ address: 'web-01', port: 22, login: 'dev', proxy });
        const alias = ['-o', `HostKeyAlias=[${outer.door.address}]:${outer.door.port}`];
        // each ends when all are there
        const meet = 'mkdir -p met; : >met/$$; until [ $(ls met | wc -l) = 30 ]; do sleep 0.1; done; cat';
        const said = Array.from({ length: 30 }, (_, index) =>
          inner.exec(meet, alias, { input: `${index}`, timeout: 50_000 }),
        );
        const shown = (await Promise.all(said)).map(({ text, stderr, status }) => [text, stderr, status]);
        expect(shown).toEqual(Array.from({ length: 30 }, (_, index) => [`${index}`, '', 0]));
      } finally {
        await endProcess(master, 'SIGTERM');
      }
    },
  );

  it('OpenSSH with a ControlMaster inside: eight commands at once over one way', async () => {
    const outer = await harness.ssh(way.person);
    const socket = join(harness.keys.folder, 'inner-mux');
    const inside = ['User=dev', 'HostName=web-01', 'Port=22'].flatMap((each) => ['-o', each]);
    const door = [...inside, ...doorOptions(outer), '-o', `ProxyCommand=${jumpThrough(outer)}`];
    const master = spawnBound('ssh', ['-N', '-M', '-S', socket, ...door, DOOR], { stdio: 'ignore' });
    try {
      const muxed = (...args: string[]) => run('ssh', ['-F', 'none', '-S', socket, ...args]);
      await expect.poll(async () => (await muxed('-O', 'check', 'any')).status, { timeout: 10_000 }).toBe(0);
      const only = ['-o', 'ProxyCommand=false', '-o', 'BatchMode=yes', 'any'];
      const said = Array.from({ length: 8 }, (_, index) =>
        muxed(...only, `sleep 0.5; id -un; exit ${index}`),
      );
      expect((await Promise.all(said)).map(({ text, status }) => [text, status])).toEqual(
        Array.from({ length: 8 }, (_, index) => ['dev\n', index]),
      );
    } finally {
      await endProcess(master, 'SIGTERM');
    }
  });
});
