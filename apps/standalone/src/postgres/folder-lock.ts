import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFailure } from '#libs/kernel';

const LOCK = 'launcher.sock';

/** An earlier launcher that was just told to stop is waited for that long. */
const PATIENCE_MS = 3_000;

/**
 * One launcher per data folder: a socket that its process listens on. The kernel frees it with the process, so a
 * kill -9 leaves no lock behind.
 * @returns the function that gives the lock back
 * @throws StartFailure when another process holds it
 */
export async function lockFolder(dataDir: string, sockets: string): Promise<() => Promise<void>> {
  const path = join(sockets, LOCK);
  const deadline = Date.now() + PATIENCE_MS;
  for (let holder = await holderOf(path); holder !== null; holder = await holderOf(path)) {
    if (Date.now() > deadline) {
      throw new StartFailure(
        `Another Gatehouse (process ${holder}) runs on the data folder ${dataDir}.`,
        'Stop it, or set GATEHOUSE_DATA_DIR to another folder.',
      );
    }
    await sleep(200);
  }
  rmSync(path, { force: true });
  const server = createServer((socket) => socket.end(String(process.pid)));
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return () => close(server);
}

/** Whether a launcher works on the data folder whose sockets are in this folder. */
export async function isLocked(sockets: string): Promise<boolean> {
  return (await holderOf(join(sockets, LOCK))) !== null;
}

async function holderOf(path: string): Promise<string | null> {
  const socket = connect(path);
  try {
    let said = '';
    for await (const chunk of socket) said += String(chunk);
    return said;
  } catch {
    return null; // nobody listens: no lock, or one of a process that was killed
  }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
