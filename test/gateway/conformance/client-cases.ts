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
client.close()
`;

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

async function plink(target: Target, command: string[], input: string) {
  const { address, port, login, hostKeys } = target.ssh.door;
  const key = await convert(target, 'putty');
  const fingerprints = await run('ssh-keygen', ['-l', '-f', '-'], { input: hostKeys.join('\n') + '\n' });
  const pins = [...fingerprints.text.matchAll(/SHA256:\S+/g)].flatMap(([print]) => ['-hostkey', print]);
  const args = ['-batch', '-ssh', '-noagent', ...pins, '-i', key, '-P', String(port), '-l', login];
  return run('plink', [...args, address, ...command], { input });
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
    name: 'paramiko: command and shell',
    needs: ['paramiko'],
    shows: 'in,err,3\nTrue,4\n',
    async see({ ssh, keys }) {
      const { address, port, login } = ssh.door;
      const args = ['-c', PARAMIKO, address, String(port), login, keys.ed25519.file];
      const { text, stderr } = await run(PYTHON, args);
      return text || stderr;
    },
  },
];
