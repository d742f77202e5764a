import { REKEY_BYTES, REKEY_MS } from './algorithms.js';
import type { Transport } from './transport.js';

const CHECK_MS = 1_000;

/**
 * Calls `rekey` by traffic and time, as RFC 4253 section 9 asks; ssh2 leaves it to its user.
 * Gives the function that stops it.
 */
export function rekeyByTraffic(socket: Transport, rekey: () => void): () => void {
  let lastBytes = 0;
  let lastAt = Date.now();
  const timer = setInterval(() => {
    const bytes = socket.bytesRead + socket.bytesWritten;
    if (bytes - lastBytes < REKEY_BYTES && Date.now() - lastAt < REKEY_MS) return;
    lastBytes = bytes;
    lastAt = Date.now();
    rekey();
  }, CHECK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
