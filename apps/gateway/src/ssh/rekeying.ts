import type { EventEmitter } from 'node:events';
import { REKEY_LIMITS } from './algorithms.js';
import type { Transport } from './transport.js';

const CHECK_MS = 1_000;
/** An exchange of keys is needless when no more than this has passed since the one before. Bytes, its own among them. */
const NEXT_TO_NOTHING = 16 * 1024;
/** So many needless ones may somebody ask for in so long; each costs the gateway a millisecond that all its clients share. */
const MAX_NEEDLESS = 20;
const NEEDLESS_MS = 10_000;

/**
 * Calls `rekey` by traffic and time, as RFC 4253 section 9 asks; ssh2 leaves it to its user.
 * Gives the function that stops it.
 */
export function rekeyByTraffic(
  socket: Pick<Transport, 'bytesRead' | 'bytesWritten'>,
  rekey: () => void,
  limits = REKEY_LIMITS,
): () => void {
  let lastBytes = 0;
  let lastAt = Date.now();
  const timer = setInterval(() => {
    const bytes = socket.bytesRead + socket.bytesWritten;
    if (bytes - lastBytes < limits.bytes && Date.now() - lastAt < limits.ms) return;
    lastBytes = bytes;
    lastAt = Date.now();
    rekey();
  }, CHECK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Calls `end` when the other side does little else than to exchange keys (RFC 4253 section 9 leaves it free to). */
export function endNeedlessRekeying(
  connection: Pick<EventEmitter, 'on'>,
  socket: Pick<Transport, 'bytesRead' | 'bytesWritten'>,
  end: () => void,
): void {
  let [bytes, begun, count] = [0, 0, 0];
  connection.on('handshake', () => {
    const passed = socket.bytesRead + socket.bytesWritten - bytes;
    bytes += passed;
    if (passed > NEXT_TO_NOTHING) return;
    const now = Date.now();
    if (now - begun > NEEDLESS_MS) [begun, count] = [now, 0];
    if (++count > MAX_NEEDLESS) end();
  });
}
