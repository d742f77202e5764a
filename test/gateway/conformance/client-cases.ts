import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PYTHON, run } from '../../hosts/index.js';
import type { ConformanceCase, Target } from './conformance-case.js';

const PARAMIKO = `
import sys, paramiko
address, port, login, key = sys.argv[1:5]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(address, int(port), login, key_filename=key, look_for_keys=False, allow_agent=False, timeout=10)
stdin, stdout, stderr = client.exec_command("cat; echo err >&2; exit 3")
stdin.write("in"); stdin.channel.shutdown_write()
print(stdout.read().decode(), stderr.read().decode().strip(), stdout.channel.recv_exit_status(), sep=",")
shell = client.invoke_shell(term="vt100", width=90, height=30)
shell.settimeout(10)
shell.send("stty size; exit 4\\n")
shown = b""
while True:
    data = shell.recv(4096)
    if not data:
        break
    shown += data
print("30 90" in shown.decode(), shell.recv_exit_status(), sep=",")
here, there = sys.argv[5:7]
files = client.open_sftp()
files.put(here, there)
files.get(there, here + ".back")
print(files.stat(there).st_size)
client.close()
`;

const ASYNCSSH = `
import asyncio, sys, asyncssh
address, port, login, key, here, there, known = sys.argv[1:8]
async def main():
    options = dict(username=login, client_keys=[key], known_hosts=known, agent_path=None, config=None)
    async with asyncssh.connect(address, int(port), **options) as connection:
        done = await connection.run("cat; echo err >&2; exit 3", input="in")
        print(done.stdout, done.stderr.strip(), done.exit_status, sep=",")
        async with connection.create_process(term_type="vt100", term_size=(90, 30)) as shell:
            shell.stdin.write("stty size; exit 4\\n")
            shown = await shell.stdout.read()
            await shell.wait()
        print("30 90" in shown, shell.exit_status, sep=",")
        async with connection.start_sftp_client() as files:
            await files.put(here, there)
            await files.get(there, here + ".back")
            print((await files.stat(there)).size)
asyncio.run(asyncio.wait_for(main(), 20))
`;

/** A file of random bytes, and where it goes: what these clients carry there and back. */
async function parcel(
  { keyRing, host }: Target,
  name = 'two words.bin',
): Promise<{ here: string; there: string; bytes: Buffer }> {
  const mark = randomBytes(4).toString('hex');
  const bytes = randomBytes(1_500_000);
  const here = join(keyRing.folder, mark);
  await writeFile(here, bytes);
  await host.exec(`install -d -o dev -g dev /home/dev/${mark}`);
  return { here, there: `/home/dev/${mark}/${name}`, bytes };
}

/** Whether what came back, and what lies there, is what was sent. */
async function isWhole({ host }: Target, { here, there, bytes }: Awaited<ReturnType<typeof parcel>>) {
  const sum = createHash('sha256').update(bytes).digest('hex');
  const placed = (await host.exec(`sha256sum < '${there}'`)).text.startsWith(sum);
  return { placed, back: (await readFile(`${here}.back`)).equals(bytes) };
}

/** A client that is a library of Python's: a command, a shell, and a file there and back. */
async function python(target: Target, script: string) {
  const { ssh, keys } = target;
  const { address, port, login } = ssh.door;
  const file = await parcel(target);
  const args = [address, String(port), login, keys.ed25519.file, file.here, file.there, ssh.knownHosts];
  const { text, stderr } = await run(PYTHON, ['-c', script, ...args]);
  return { said: text || stderr, ...(await isWhole(target, file)) };
}

/** Key files of the same login for clients with formats of their own. */
async function convert(target: Target, tool: 'dropbear' | 'putty'): Promise<string> {
  const file = join(target.keyRing.folder, `${tool}-key`);
  const from = target.keys.ed25519.file;
  const made =
    tool === 'dropbear'
      ? await run('dropbearconvert', ['openssh', 'dropbear', from, file])
      : await run('puttygen', [from, '-O', 'private', '-o', file]);
  if (made.status !== 0) throw new Error(`${tool}: ${made.stderr}`);
  return file;
}

async function dbclient(target: Target, command: string[], input: string) {
  const { address, port, login } = target.ssh.door;
  const key = await convert(target, 'dropbear');
  // -y twice: this client keeps its own known hosts, and none are known here.
  return run(
    'dbclient',
    ['-y', '-y', '-T', '-i', key, '-p', String(port), '-l', login, address, ...command],
    { input },
  );
}

/** What all of PuTTY's programs take to reach the door. */
async function puttyArgs(target: Target): Promise<string[]> {
  const { port, login, hostKeys } = target.ssh.door;
  const key = await convert(target, 'putty');
  const fingerprints = await run('ssh-keygen', ['-l', '-f', '-'], { input: hostKeys.join('\n') + '\n' });
  const pins = [...fingerprints.text.matchAll(/SHA256:\S+/g)].flatMap(([print]) => ['-hostkey', print]);
  return ['-batch', '-noagent', ...pins, '-i', key, '-P', String(port), '-l', login];
}

async function plink(target: Target, command: string[], input: string) {
  const args = await puttyArgs(target);
  return run('plink', ['-ssh', ...args, target.ssh.door.address, ...command], { input });
}

async function psftp(target: Target) {
  const file = await parcel(target);
  const script = `${file.here}.script`;
  const lines = [`put ${file.here} "${file.there}"`, `get "${file.there}" ${file.here}.back`, 'quit'];
  await writeFile(script, `${lines.join('\n')}\n`);
  const args = await puttyArgs(target);
  const { status } = await run('psftp', [...args, '-b', script, target.ssh.door.address]);
  return { status, ...(await isWhole(target, file)) };
}

/** By SFTP, or by the older protocol of scp. */
async function pscp(target: Target, protocol: '-sftp' | '-scp') {
  // by the older protocol, the name is a word of the shell's there
  const file = await parcel(target, 'one-word.bin');
  const args = [protocol, '-q', ...(await puttyArgs(target))];
  const there = `${target.ssh.door.address}:${file.there}`;
  const up = await run('pscp', [...args, file.here, there]);
  const down = await run('pscp', [...args, there, `${file.here}.back`]);
  return { statuses: [up.status, down.status], ...(await isWhole(target, file)) };
}

/** Other clients than OpenSSH's: a command and a shell each. */
export const clientCases: ConformanceCase[] = [
  {
    name: 'dropbear: command',
    needs: ['dbclient'],
    shows: { text: 'in', stderr: 'err', status: 3 },
    async see(target) {
      const { text, stderr, status } = await dbclient(target, ['cat; printf err >&2; exit 3'], 'in');
      return { text, stderr: /err/.exec(stderr)?.[0], status };
    },
  },
  {
    name: 'dropbear: shell',
    needs: ['dbclient'],
    shows: { text: 'one\n', status: 5 },
    async see(target) {
      const { text, status } = await dbclient(target, [], 'echo one\nexit 5\n');
      return { text, status };
    },
  },
  {
    name: 'PuTTY (plink): command',
    needs: ['plink'],
    shows: { text: 'in', stderr: 'err', status: 3 },
    async see(target) {
      const { text, stderr, status } = await plink(target, ['cat; printf err >&2; exit 3'], 'in');
      return { text, stderr: /err/.exec(stderr)?.[0], status };
    },
  },
  {
    name: 'PuTTY (plink): shell',
    needs: ['plink'],
    shows: { text: 'one\n', status: 5 },
    async see(target) {
      const { text, status } = await plink(target, ['-T'], 'echo one\nexit 5\n');
      return { text, status };
    },
  },
  {
    name: 'PuTTY (psftp): a file there and back',
    needs: ['psftp'],
    shows: { status: 0, placed: true, back: true },
    see: psftp,
  },
  {
    name: 'PuTTY (pscp): a file there and back, by SFTP',
    needs: ['psftp'],
    shows: { statuses: [0, 0], placed: true, back: true },
    see: (target) => pscp(target, '-sftp'),
  },
  {
    name: 'PuTTY (pscp): a file there and back, by the older protocol',
    needs: ['psftp'],
    shows: { statuses: [0, 0], placed: true, back: true },
    see: (target) => pscp(target, '-scp'),
  },
  {
    name: 'paramiko: command, shell, sftp',
    needs: ['paramiko'],
    shows: { said: 'in,err,3\nTrue,4\n1500000\n', placed: true, back: true },
    see: (target) => python(target, PARAMIKO),
  },
  {
    name: 'asyncssh: command, shell, sftp',
    needs: ['asyncssh'],
    shows: { said: 'in,err,3\nTrue,4\n1500000\n', placed: true, back: true },
    see: (target) => python(target, ASYNCSSH),
  },
];
