import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, run, spawnBound } from '../../hosts/index.js';
import { KEY_TYPES } from '../key-ring.js';
import type { ConformanceCase, Target } from './conformance-case.js';

/** Opens a ControlMaster and gives what reaches its socket; ends it afterwards. */
async function withMaster<T>(target: Target, use: (socket: string) => Promise<T>): Promise<T> {
  const socket = join(target.keyRing.folder, `mux-${randomBytes(4).toString('hex')}`);
  const master = spawnBound('ssh', target.ssh.args(undefined, ['-N', '-M', '-S', socket]), {
    stdio: 'ignore',
  });
  try {
    for (let tries = 0; tries < 200; tries++) {
      if ((await run('ssh', ['-F', 'none', '-S', socket, '-O', 'check', 'any'])).status === 0)
        return await use(socket);
      await sleep(25);
    }
    throw new Error('The control master did not come up');
  } finally {
    await endProcess(master, 'SIGTERM');
  }
}

/** A session over the master that never falls back to a connection of its own. */
function muxed(socket: string, command: string) {
  const only = ['-F', 'none', '-S', socket, '-o', 'ProxyCommand=false', '-o', 'BatchMode=yes'];
  return run('ssh', [...only, 'any', command], { timeout: 10_000 });
}

/** What the connection does under the channels: keys, algorithms, liveness, many sessions at once. */
export const transportCases: ConformanceCase[] = [
  {
    name: 'compression',
    shows: { text: 'x'.repeat(1000), status: 0 },
    async see({ ssh }) {
      const { text, status } = await ssh.exec('cat', ['-C'], { input: 'x'.repeat(1000) });
      return { text, status };
    },
  },
  {
    name: 'strict key exchange',
    shows: true,
    see: async ({ ssh }) =>
      (await ssh.exec('true', ['-vvv'])).stderr.includes('will use strict KEX ordering'),
  },
  {
    name: 'rsa-sha2-256 and rsa-sha2-512 in server-sig-algs',
    shows: [true, true],
    async see({ ssh }) {
      const { stderr } = await ssh.exec('true', ['-v']);
      const algorithms = /server-sig-algs=<([^>]*)>/.exec(stderr)?.[1]?.split(',') ?? [];
      return [algorithms.includes('rsa-sha2-256'), algorithms.includes('rsa-sha2-512')];
    },
  },
  {
    name: 'user keys: ed25519, ecdsa, rsa',
    shows: ['in', 'in', 'in'],
    async see({ ssh, keys }) {
      const answers = await Promise.all(
        KEY_TYPES.map((type) => ssh.as({ key: keys[type] }).exec('printf in')),
      );
      return answers.map((answer) => answer.text || answer.stderr);
    },
  },
  {
    name: 'an rsa key signs with either SHA-2, never with SHA-1',
    shows: ['in', 'in', ''],
    async see({ ssh, keys }) {
      const door = ssh.as({ key: keys.rsa });
      const algorithms = ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'];
      const tries = algorithms.map((name) =>
        door.exec('printf in', ['-o', `PubkeyAcceptedAlgorithms=${name}`]),
      );
      return (await Promise.all(tries)).map((answer) => answer.text);
    },
  },
  {
    name: 'password login',
    needs: ['terminal'],
    shows: 0,
    async see({ ssh, password }) {
      const only = ['-o', 'PreferredAuthentications=password', '-o', 'PubkeyAuthentication=no'];
      const terminal = ssh.as({ key: undefined }).terminal('echo logged in', only);
      await terminal.waitFor('password:');
      terminal.line(password);
      await terminal.waitFor('logged in');
      return terminal.untilEnded();
    },
  },
  {
    name: 'a wrong key is refused, and too many wrong keys close the connection',
    shows: { one: 255, denied: true, tooMany: true },
    async see({ ssh, keyRing }) {
      // More than either server waits for: sshd 6, the gateway 30, as agents may hold many keys.
      const mark = randomBytes(4).toString('hex');
      const names = Array.from({ length: 33 }, (_, index) => `wrong-${index}-${mark}`);
      const wrong = await Promise.all(names.map((name) => keyRing.make(name)));
      const first = await ssh
        .as({ key: wrong[0] })
        .exec('true', ['-o', 'PreferredAuthentications=publickey']);
      const all = await ssh.as({ key: undefined }).exec(
        'true',
        wrong.flatMap((key) => ['-i', key.file]),
      );
      return {
        one: first.status,
        denied: first.stderr.includes('Permission denied'),
        tooMany: /Too many authentication failures|Connection closed|disconnected/i.test(all.stderr),
      };
    },
  },
  {
    name: 'keepalive is answered',
    shows: 0,
    see: async ({ ssh }) =>
      (await ssh.exec('sleep 3', ['-o', 'ServerAliveInterval=1', '-o', 'ServerAliveCountMax=1'])).status,
  },
  {
    name: 'multiplexing: eight commands at once, each with its own output',
    shows: ['0', '1', '2', '3', '4', '5', '6', '7'],
    see: (target) =>
      withMaster(target, async (socket) => {
        const commands = [0, 1, 2, 3, 4, 5, 6, 7].map((number) =>
          muxed(socket, `sleep 0.2; printf ${number}`),
        );
        return (await Promise.all(commands)).map((answer) => answer.text || answer.stderr);
      }),
  },
  {
    name: 'multiplexing: commands that end at once keep output and status',
    shows: Array.from({ length: 20 }, () => 'out,7'),
    see: (target) =>
      withMaster(target, async (socket) => {
        const answers: string[] = [];
        while (answers.length < 20) {
          const { text, status } = await muxed(socket, 'printf out; exit 7');
          answers.push(`${text},${status}`);
        }
        return answers;
      }),
  },
  {
    name: 'multiplexing: the eleventh session is refused, not hung, and the ten go on',
    shows: { refused: true, others: Array.from({ length: 10 }, () => 'ok') },
    see: (target) =>
      withMaster(target, async (socket) => {
        const mark = `/tmp/go-${randomBytes(4).toString('hex')}`;
        const wait = `echo x >>${mark}.up; while [ ! -e ${mark} ]; do sleep 0.05; done; printf ok`;
        const ten = Array.from({ length: 10 }, () => muxed(socket, wait));
        for (let up = 0, tries = 0; up < 10 && tries < 200; tries++) {
          up = (await target.host.exec(`wc -l <${mark}.up`)).text.trim() === '10' ? 10 : 0;
          if (up < 10) await sleep(25);
        }
        const eleventh = await muxed(socket, 'echo too many');
        await target.host.exec(`touch ${mark}`);
        return {
          refused: eleventh.status === 255 && /refused|open failed/.test(eleventh.stderr),
          others: (await Promise.all(ten)).map((answer) => answer.text || answer.stderr),
        };
      }),
  },
];
