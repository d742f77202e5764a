import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { spawnBound } from '../../hosts/index.js';
import { Terminal } from '../terminal.js';
import type { ConformanceCase, Target } from './conformance-case.js';

const digest = (algorithm: string, data: Buffer) => createHash(algorithm).update(data).digest('hex');

async function untilGone(target: Target, mark: string): Promise<boolean> {
  for (let waited = 0; waited < 1000; waited += 50) {
    if ((await target.host.exec(`pgrep -f '${mark}'`)).text === '') return true;
    await sleep(50);
  }
  return false;
}

async function untilThere(target: Target, mark: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await target.host.exec(`pgrep -f '${mark}'`)).text !== '') return;
    await sleep(25);
  }
  throw new Error(`${mark} did not start on the host`);
}

/** Kills ssh with SIGKILL while `command` runs, and says whether `mark` was gone from the host a second later. */
async function killClient(
  target: Target,
  command: string,
  mark: string,
  options: string[],
): Promise<boolean> {
  const client = spawnBound('ssh', target.ssh.args(command, options), {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await untilThere(target, mark);
  client.kill('SIGKILL');
  return untilGone(target, mark);
}

/** What a channel of kind session does for a shell or a command. */
export const channelCases: ConformanceCase[] = [
  {
    name: 'TERM reaches the pty',
    shows: 'vt220',
    see: async ({ ssh }) =>
      (await ssh.exec('printf $TERM', ['-tt'], { env: { ...process.env, TERM: 'vt220' } })).text,
  },
  {
    name: 'pty modes and size reach the pty',
    needs: ['terminal'],
    shows: { intr: '^K', erase: '^H', size: '50 132' },
    async see({ ssh }) {
      const remote = ssh.args(`stty -a | tr ';' '\\n'; stty size`, ['-tt']);
      const words = remote.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      const terminal = new Terminal('/bin/sh', ['-c', `stty intr ^K erase ^H; exec ssh ${words}`], {
        rows: 50,
        columns: 132,
      });
      await terminal.untilEnded();
      const mode = (name: string) => new RegExp(`\\b${name} = (\\S+)`).exec(terminal.shown)?.[1];
      return {
        intr: mode('intr'),
        erase: mode('erase'),
        size: /^\d+ \d+(?=\r?$)/m.exec(terminal.shown)?.[0],
      };
    },
  },
  {
    name: 'a window change and Ctrl-C reach the program',
    needs: ['terminal'],
    shows: { size: 'WINCH 50 132', status: 7 },
    async see({ ssh }) {
      const script = `trap 'echo WINCH $(stty size)' WINCH; trap 'echo INT; exit 7' INT; echo set
        while :; do sleep 0.05; done`;
      const terminal = ssh.terminal(`bash -c '${script.replaceAll("'", `'\\''`)}'`, ['-tt']);
      await terminal.waitFor('set');
      terminal.resize(50, 132);
      const size = (await terminal.waitFor(/WINCH \d+ \d+/))[0];
      terminal.type('\x03');
      await terminal.waitFor('INT');
      return { size, status: await terminal.untilEnded() };
    },
  },
  {
    name: 'environment from the allow-list arrives, other environment does not',
    shows: '7,',
    see: async ({ ssh }) => {
      const env = { ...process.env, LC_LAB: '7', GATEHOUSE_SECRET: 'x' };
      const send = ['-o', 'SendEnv=LC_LAB', '-o', 'SendEnv=GATEHOUSE_SECRET'];
      return (await ssh.exec('printf "$LC_LAB,$GATEHOUSE_SECRET"', send, { env })).text;
    },
  },
  {
    name: 'a long value and many variables arrive whole',
    shows: '100000 100,数\nb',
    async see({ ssh }) {
      const many = Array.from({ length: 100 }, (_, index): [string, string] => [`LC_LAB${index}`, 'x']);
      const env = {
        ...process.env,
        ...Object.fromEntries(many),
        LC_LONG: 'y'.repeat(100_000),
        LC_LINES: '数\nb',
      };
      const send = ['-o', 'SendEnv=LC_LAB*', '-o', 'SendEnv=LC_LONG', '-o', 'SendEnv=LC_LINES'];
      const look = 'printf "${#LC_LONG} $(env | grep -c ^LC_LAB),$LC_LINES"';
      return (await ssh.exec(look, send, { env })).text;
    },
  },
  { name: 'exit status', shows: 43, see: async ({ ssh }) => (await ssh.exec('exit 43')).status },
  {
    name: 'exit status with a pty',
    shows: 44,
    see: async ({ ssh }) => (await ssh.exec('exit 44', ['-tt'])).status,
  },
  {
    name: 'exit signal',
    shows: { told: true, status: 255 },
    async see({ ssh }) {
      const { stderr, status } = await ssh.exec('kill -KILL $$', ['-vv']);
      return { told: stderr.includes('rtype exit-signal'), status };
    },
  },
  {
    name: 'exit signal that RFC 4254 has no name for',
    shows: { told: true, status: 255 },
    async see({ ssh }) {
      const { stderr, status } = await ssh.exec('kill -BUS $$', ['-vv']);
      return { told: stderr.includes('rtype exit-signal'), status };
    },
  },
  {
    name: 'standard error is kept apart',
    shows: ['o', 'e'],
    async see({ ssh }) {
      const { text, stderr } = await ssh.exec('printf o; printf e >&2');
      return [text, stderr];
    },
  },
  {
    name: '5 MB on standard error arrive whole, before the exit status',
    shows: { bytes: 5_000_000, status: 3 },
    async see({ ssh }) {
      const { stderr, status } = await ssh.exec('head -c 5000000 /dev/zero >&2; exit 3');
      return { bytes: stderr.length, status };
    },
  },
  {
    name: 'the end of standard input',
    shows: '3\n',
    see: async ({ ssh }) => (await ssh.exec('wc -c', [], { input: 'abc' })).text,
  },
  {
    name: 'closed standard input',
    shows: 'done\n',
    see: async ({ ssh }) => (await ssh.exec('cat; echo done', ['-n'])).text,
  },
  {
    name: 'half close: output goes on after the end of input',
    shows: 'b\na\ntail\n',
    async see({ ssh }) {
      async function* slowly() {
        yield 'a\n';
        await sleep(300);
        yield 'b\n';
      }
      return (await ssh.exec('sort -r; sleep 0.5; echo tail', [], { input: Readable.from(slowly()) })).text;
    },
  },
  {
    name: 'a shell without a pty reads its commands from standard input',
    shows: { text: 'one\n', status: 5 },
    async see({ ssh }) {
      const { text, status } = await ssh.exec(undefined, ['-T'], { input: 'echo one\nexit 5\n' });
      return { text, status };
    },
  },
  {
    name: '20 MB of random bytes up, with the same digest there',
    shows: true,
    async see({ ssh }) {
      const data = randomBytes(20 * 1024 * 1024);
      return (await ssh.exec('sha256sum', [], { input: data })).text.startsWith(digest('sha256', data));
    },
  },
  {
    name: '20 MB of random bytes both ways at once',
    shows: true,
    async see({ ssh }) {
      const data = randomBytes(20 * 1024 * 1024);
      return (await ssh.exec('cat', [], { input: data })).stdout.equals(data);
    },
  },
  {
    name: '1 MB pasted into a raw pty',
    needs: ['terminal'],
    shows: true,
    async see({ ssh }) {
      const paste = randomBytes(512 * 1024).toString('hex');
      const terminal = ssh.terminal(`stty raw -echo; echo ready; head -c ${paste.length} | md5sum`, [
        '-tt',
        '-e',
        'none',
      ]);
      await terminal.waitFor('ready');
      terminal.type(paste);
      const [sum] = await terminal.waitFor(/[0-9a-f]{32}/, 20_000);
      await terminal.untilEnded();
      return sum === digest('md5', Buffer.from(paste));
    },
  },
  {
    name: 'a command line of 100 KB',
    shows: String(100 * 1024),
    see: async ({ ssh }) => (await ssh.exec(`printf %s ${'x'.repeat(100 * 1024)} | wc -c`)).text.trim(),
  },
  {
    name: 'quoting, newlines, globs and CJK in the command arrive untouched',
    shows: `a  b|it's|$HOME|\\|*|two\nlines|!|中文|"|\t|`,
    see: async ({ ssh }) =>
      (await ssh.exec(`printf '%s|' 'a  b' "it's" '$HOME' '\\' '*' 'two\nlines' '!' '中文' '"' '\t'`)).text,
  },
  {
    name: 'bytes that are not UTF-8 arrive untouched',
    shows: 'fffe00c3280a',
    see: async ({ ssh }) =>
      (await ssh.exec('cat', [], { input: Buffer.from('fffe00c3280a', 'hex') })).stdout.toString('hex'),
  },
  {
    name: 'an unknown subsystem is refused at once',
    shows: { status: 255, told: true },
    async see({ ssh }) {
      const { status, stderr } = await ssh.exec('no-such-subsystem', ['-s'], { timeout: 5000 });
      return { status, told: stderr.includes('subsystem request failed') };
    },
  },
  {
    name: 'a killed client: the program on its pty is gone within a second',
    shows: true,
    see: (target) => killClient(target, 'exec sleep 4711.5', '[s]leep.4711.5', ['-tt']),
  },
  {
    name: 'a killed client: a program that reads its input is gone within a second',
    shows: true,
    see: (target) => killClient(target, 'exec cat - /dev/null/4712', '[n]ull/4712', []),
  },
];
