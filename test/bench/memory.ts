import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../hosts/index.js';
import type { CrowdOrder } from './crowd-order.js';
import { gather } from './crowd.js';
import type { Figures } from './figures.js';
import type { Bench } from './routes.js';

/** The peers cost the same for each session, so that fewer of them tell as much. */
const PEER_SESSIONS = 100;
const SETTLE_MS = 5000;
/** Until the gateway has put away what only a session needs in which something happens, 30 s, and a little. */
const REST_MS = 40_000;
/** A command that sessions have run before they are idle. */
const TYPED = 'echo typed\r';

/**
 * B4: memory (proportional set size) that one idle interactive session costs on the bastion: the gateway, which records
 * it; an sshd that `ssh -J` goes through; an sshd where people log in and run `ssh asset`. The last two record nothing.
 */
export async function measureMemory(bench: Bench, sessions: number): Promise<Figures> {
  const { product } = bench.harness;
  const { asset, jumpHost, key } = bench;
  const onAsset = { address: asset.address, port: asset.port, username: 'dev', keyFile: key.file };
  const onJump = { address: jumpHost.address, port: jumpHost.port, username: 'dev' };
  const onGateway = {
    ...onAsset,
    address: product.address,
    port: product.sshPort,
    username: bench.gatewayLogin,
    size: sessions,
  };
  const perGateway = await costOf(onGateway, () => product.gatewayMemory());
  const perUsed = await costOf({ ...onGateway, typed: TYPED }, () => product.gatewayMemory(), REST_MS);
  const asPeer = { ...onAsset, size: PEER_SESSIONS, typed: TYPED };
  const perJump = await costOf({ ...asPeer, through: onJump }, () => memoryOf(jumpHost));
  const nested = `exec ssh -tt -i ${key.file} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR dev@${asset.address}`;
  await letRead(jumpHost, key.file);
  const perLogin = await costOf({ ...asPeer, ...onJump, command: nested }, () => memoryOf(jumpHost));
  const row = (name: string, count: number, bytes: number) => [
    name,
    String(count),
    (bytes / 1024).toFixed(0),
    (perGateway / bytes).toFixed(3),
  ];
  return {
    id: 'B4',
    title: 'memory per idle interactive session on the bastion',
    columns: ['bastion', 'sessions', 'KB per session', 'gateway’s share of it'],
    rows: [
      row('gateway (recorded), nothing typed', sessions, perGateway),
      row('gateway (recorded), a command was run', sessions, perUsed),
      row('sshd, ssh -J through it', PEER_SESSIONS, perJump),
      row('sshd, login and ssh from there', PEER_SESSIONS, perLogin),
    ],
    samples: { gateway: [perGateway], used: [perUsed], jump: [perJump], login: [perLogin] },
    verdict: `Reach: at most 150 KB and 1/20 of a jump host with a process per session. Measured: ${(perGateway / 1024).toFixed(0)} KB, and ${(perUsed / 1024).toFixed(0)} KB where a command was run, 1/${(perJump / perGateway).toFixed(0)} of ssh -J, 1/${(perLogin / perGateway).toFixed(0)} of login and ssh.`,
  };
}

/** Bytes per session: memory with the crowd there and so long idle, less memory before it came. */
async function costOf(order: CrowdOrder, memory: () => Promise<number>, idleMs = SETTLE_MS): Promise<number> {
  // One session beforehand loads what the first one loads.
  await (await gather({ ...order, size: 8 })).dismiss();
  await sleep(SETTLE_MS);
  const before = await memory();
  const crowd = await gather(order);
  await sleep(idleMs);
  const after = await memory().finally(() => crowd.dismiss());
  return (after - before) / order.size;
}

/** Proportional set size of all processes of a host, bytes. */
async function memoryOf(host: Host): Promise<number> {
  const { text } = await host.exec(`cat /proc/[0-9]*/smaps_rollup 2>/dev/null | grep '^Pss:'`);
  return [...text.matchAll(/^Pss:\s+(\d+) kB/gm)].reduce((sum, match) => sum + Number(match[1]) * 1024, 0);
}

/** Puts the person's private key where the account on the jump host can read it, as the peer's setup needs. */
async function letRead(host: Host, file: string): Promise<void> {
  const input = await readFile(file);
  await host.exec(`mkdir -p "$(dirname ${file})" && cat >${file} && chown dev ${file} && chmod 600 ${file}`, {
    input,
  });
  await host.exec(`chmod 755 "$(dirname ${file})"`);
}
