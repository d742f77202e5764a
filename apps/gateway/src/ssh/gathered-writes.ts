import type { Socket } from 'node:net';

/**
 * Sends what is written to a socket in one turn of the event loop by one call of the system. ssh2 writes each packet by
 * itself, and such a call, not the cipher, is what a relay of many bytes spends most of its time on. Nothing waits: what
 * was written leaves before the loop looks for what came in.
 */
export function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket);
  let isGathering = false;
  const flush = (): void => {
    isGathering = false;
    socket.uncork();
  };
  socket.write = (...args: [never]): boolean => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      process.nextTick(flush);
    }
    return write(...args);
  };
}
