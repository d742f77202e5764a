import { REKEY_LIMITS } from './algorithms.js';
import type { Transport } from './transport.js';

const CHECK_MS = 1_000;

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
