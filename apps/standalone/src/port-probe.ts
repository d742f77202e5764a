import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
import { StartFailure } from '#libs/kernel';

const bound = z.object({ port: z.number() });

/**
 * Makes sure that nobody listens on the port yet. Gateways share theirs among themselves (SO_REUSEPORT), so without
 * this a second Gatehouse would quietly take half of the first one's logins.
 * @param setting how the variables begin that choose address and port
 * @throws StartFailure
 */
export async function assertPortFree(
  host: string,
  port: number,
  setting: 'GATEHOUSE_HTTP' | 'GATEHOUSE_SSH',
): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw portFailure(host, port, setting, error);
  }
  server.close();
  await once(server, 'close');
}

function portFailure(host: string, port: number, setting: string, error: unknown): StartFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const at = `${host}:${String(port)}`;
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: [
      `Port ${String(port)} is taken: another program listens on ${at}.`,
      `Stop it, or set ${setting}_PORT to another port.`,
    ],
    EACCES: [
      `This account may not listen on port ${String(port)}.`,
      `Set ${setting}_PORT to a port of 1024 or more.`,
    ],
    EADDRNOTAVAIL: [`${host} is no address of this machine.`, `Correct GATEHOUSE_HOST or ${setting}_HOST.`],
    ENOTFOUND: [`${host} is no address of this machine.`, `Correct GATEHOUSE_HOST or ${setting}_HOST.`],
  };
  const [what, mend] = reasons[code] ?? [
    `Can't listen on ${at}: ${code}.`,
    `Correct GATEHOUSE_HOST, ${setting}_HOST or ${setting}_PORT.`,
  ];
  return new StartFailure(what, mend, { cause: error });
}

/** The port itself where it is free, else one that the system chooses. For a demo, whose ports nobody relies on. */
export async function freePortNear(host: string, port: number): Promise<number> {
  for (const candidate of [port, 0]) {
    const server = createServer();
    try {
      server.listen({ host, port: candidate, exclusive: true });
      await once(server, 'listening');
    } catch {
      continue; // taken: the next candidate
    }
    const { port: found } = bound.parse(server.address());
    server.close();
    await once(server, 'close');
    return found;
  }
  throw new StartFailure(`Can't listen on ${host}.`, 'Correct GATEHOUSE_HOST.');
}
