import { z } from 'zod';
import type { PortForwards } from './port-forwards.js';

/** What a global request for a port says (RFC 4254 section 7.1), as ssh2 reads it. */
export const portWish = z.object({ bindAddr: z.string(), bindPort: z.number() });

/** Gives the reply to a global request for a port, or null: it is refused. */
export async function answerPortWish(
  forwards: PortForwards,
  name: string,
  { bindAddr, bindPort }: z.infer<typeof portWish>,
): Promise<Buffer | null> {
  if (name === 'cancel-tcpip-forward') return (await forwards.unlisten(bindPort)) ? Buffer.alloc(0) : null;
  if (name !== 'tcpip-forward') return null;
  const port = await forwards.listen({ address: bindAddr, port: bindPort });
  if (port === null) return null;
  // it is told only to who left the choice to us
  if (bindPort !== 0) return Buffer.alloc(0);
  const told = Buffer.alloc(4);
  told.writeUInt32BE(port);
  return told;
}
