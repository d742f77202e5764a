/**
 * Program of a crowd: opens many interactive sessions from one process, so that neither the measuring process nor
 * hundreds of ssh processes disturb what is measured. Told over IPC what to open; see crowd.ts.
 */
import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { crowdOrder, type CrowdOrder } from './crowd-order.js';

const PARALLEL = 8;

function connect(options: ssh2.ConnectConfig): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.once('error', reject);
    client.on('close', () => reject(new Error('closed')));
    client.connect({ readyTimeout: 60_000, ...options });
  });
}

async function reach(order: CrowdOrder, privateKey: Buffer): Promise<ssh2.Client> {
  const target = { host: order.address, port: order.port, username: order.username, privateKey };
  if (!order.through) return connect(target);
  const { address, port, username } = order.through;
  const jump = await connect({ host: address, port, username, privateKey });
  const sock = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    jump.forwardOut('127.0.0.1', 1, order.address, order.port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    );
  });
  return connect({ ...target, sock });
}

/** Opens one session with a pty and waits for its first output. */
async function openSession(order: CrowdOrder, privateKey: Buffer): Promise<ssh2.ClientChannel> {
  const client = await reach(order, privateKey);
  const pty = { term: 'xterm-256color', rows: 24, cols: 80 };
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    const opened = (error: Error | undefined, stream: ssh2.ClientChannel) =>
      error ? reject(error) : resolve(stream);
    if (order.command === undefined) client.shell(pty, opened);
    else client.exec(order.command, { pty }, opened);
  });
  await new Promise<void>((resolve, reject) => {
    channel.once('data', () => resolve());
    channel.once('close', () => reject(new Error('The session ended at once')));
  });
  channel.resume();
  if (order.typed !== undefined) channel.write(order.typed);
  return channel;
}

async function assemble(order: CrowdOrder): Promise<void> {
  const privateKey = readFileSync(order.keyFile);
  const channels: ssh2.ClientChannel[] = [];
  let left = order.size;
  const open = async (): Promise<void> => {
    while (left-- > 0) channels.push(await openSession(order, privateKey));
  };
  await Promise.all(Array.from({ length: PARALLEL }, open));
  if (order.typeEveryMs !== undefined) typeInTurn(channels, order.typeEveryMs);
  process.send?.({ open: channels.length });
}

/** Each session types one key in each period, spread evenly over it. */
function typeInTurn(channels: ssh2.ClientChannel[], period: number): void {
  let next = 0;
  setInterval(() => {
    channels[next]?.write('x');
    next = (next + 1) % channels.length;
  }, period / channels.length);
}

process.once('message', (said) => {
  assemble(crowdOrder.parse(said)).catch((error: unknown) => {
    process.send?.({ failed: String(error) });
  });
});
process.once('disconnect', () => process.exit(0));
