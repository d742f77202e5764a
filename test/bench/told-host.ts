import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import type { KeyPair } from '../gateway/key-ring.js';
import { drawLoopbackAddress, portOf } from '../hosts/index.js';

/** What a small Debian host answers to the facts script. */
const ANSWER = `system:Linux
kernel:6.1.0-18-amd64
architecture:x86_64
os:NAME="Debian GNU/Linux"
os:VERSION_ID="12"
cpu:Example CPU
cpus:4
memory:8048216 kB
disk:209715200 sda
end:ok
`;

/** What the programs of a push say when all went well; each is known by the words that it ends with. */
const PUSH_ANSWERS: [string, string][] = [
  ['"existed=$existed"', 'existed=0\nchanged=1\nuid=1001\ngid=1001\nhome=/home/told\nnote=\n'],
  ['"made=$made"', 'made=1\n'],
  ['"old=$old"', 'changed=1\nold=0\n'],
  ['visudo -c -f', 'changed=1\n'],
  ['die sudoers-lost', ''],
  ['sudo -n -l -U', '(root) /usr/bin/id\n'],
];

/** An SSH server in this process that says it is root, tells the same facts each time and takes each push: only SSH. */
export interface ToldHost {
  address: string;
  port: number;
  hostKey: string;
  stop(): void;
}

/** Starts one with this host key on a loopback address of its own; it takes any login. */
export async function startToldHost(key: KeyPair): Promise<ToldHost> {
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(key.private).injectSocket(socket);
  });
  const address = drawLoopbackAddress();
  await new Promise<void>((resolve) => tcp.listen(0, address, resolve));
  return { address, port: portOf(tcp.address()), hostKey: key.public, stop: () => void tcp.close() };
}

function serve(privateKey: string): ssh2.Server {
  return new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => undefined);
    let username = '';
    client.on('authentication', (context) => {
      username = context.username;
      context.accept();
    });
    client.on('session', (accept) => {
      accept().on('exec', (take, _reject, { command }) => answer(take(), command, username));
    });
  });
}

function answer(channel: ssh2.ServerChannel, command: string, username: string): void {
  const end = (text: string): void => {
    channel.write(text);
    channel.exit(0);
    channel.end();
  };
  if (command === 'echo "$LOGNAME"') {
    end(`${username}\n`);
    return;
  }
  if (command === 'uptime') {
    end(' 12:00:00 up 1 day,  1:00,  0 users,  load average: 0.00, 0.00, 0.00\n');
    return;
  }
  // a shell that takes one script after another: each ends with the lines that say how it ended
  let script = '';
  let ended = '';
  channel.on('data', (chunk: Buffer) => {
    script += chunk.toString();
    for (;;) {
      const found = /^.*\becho '(\w+)''(\w+)' .*\n/m.exec(script);
      if (!found) return;
      const [line, first = '', second = ''] = found;
      const program = script.slice(0, found.index);
      script = script.slice(found.index + line.length);
      // a program with two ends: it has come to the first
      if (first + second === ended) continue;
      ended = first + second;
      channel.stderr.write(`${ended}\n`);
      channel.write(`${answerTo(program)}${ended} 0\n`);
    }
  });
  channel.on('end', () => channel.end());
}

function answerTo(program: string): string {
  if (program.includes('if [ "$(id -u)" = 0 ]')) return '0\n';
  return PUSH_ANSWERS.find(([words]) => program.includes(words))?.[1] ?? ANSWER;
}
