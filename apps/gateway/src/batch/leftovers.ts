import { setTimeout as sleep } from 'node:timers/promises';
import type { UpstreamLease } from '../session/upstream-pool.js';

/** How long the asset may take to end them. */
const PATIENCE_MS = 3_000;

/**
 * A server closes a command's pipes when its channel goes, and leaves its processes alone (sshd ends none without a
 * terminal). So they are ended from another channel of
 * the same connection: the same server process is the parent of both. TERM, then KILL, to what leads a session or
 * group of its own; what has left its parent (`setsid`, `nohup … &`) was meant to stay, and what runs as somebody else
 * (sudo) is out of the account's reach.
 */
const END_THEM =
  "exec sh -c '" +
  'for s in TERM TERM KILL; do n=0; ' +
  'for f in $(grep -ls "^PPid:[[:space:]]*$PPID\\$" /proc/[0-9]*/status 2>/dev/null); do ' +
  'p=${f#/proc/}; p=${p%/status}; [ "$p" = $$ ] && continue; n=1; ' +
  'kill -$s "-$p" 2>/dev/null || kill -$s "$p" 2>/dev/null; done; ' +
  '[ $n = 0 ] && exit 0; sleep 0.4; done' +
  "'";

/** Ends what a command that was called off left running on the asset; its connection must hold no other channel. */
export async function endLeftovers({ upstream }: UpstreamLease): Promise<void> {
  const wish = { kind: 'exec', command: END_THEM, environment: {}, pty: null } as const;
  const channel = await upstream.openChannel(wish);
  const closed = new Promise<void>((resolve) => channel.once('close', resolve));
  channel.resume();
  channel.stderr.resume();
  channel.end();
  await Promise.race([closed, sleep(PATIENCE_MS, undefined, { ref: false })]);
  channel.close();
}
