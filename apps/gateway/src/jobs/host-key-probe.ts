import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import { tell, type HostKeyScan } from '#libs/contracts';
import { fingerprintOf } from '#libs/kernel';
import { adviseOn, ConnectFailure } from '../session/connect-failure.js';
import { addressesOf, dial } from '../session/dial.js';
import { FirstWords } from '../session/first-words.js';
import { hostKeyAlgorithmsOf, SCANNED_HOST_KEY_TYPES, UPSTREAM_ALGORITHMS } from '../ssh/algorithms.js';

const PROBE_TIMEOUT_MS = 6_000;

/** Where it is asked, as whom failures name it, and what ends it before. */
interface Probed {
  address: string;
  port: number;
  name: string;
  giveUp: AbortSignal | undefined;
}

/** Which host keys an address offers now: one key exchange for each type, no login. */
export async function scanHostKeys(
  address: string,
  port: number,
  { name = address, giveUp }: { name?: string; giveUp?: AbortSignal } = {},
): Promise<HostKeyScan> {
  const results = await Promise.allSettled(
    SCANNED_HOST_KEY_TYPES.map((type) => offeredKey({ address, port, name, giveUp }, type)),
  );
  const blobs = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const unique = [...new Map(blobs.map((blob) => [blob.toString('base64'), blob])).values()];
  if (unique.length > 0) return { ok: true, keys: unique.map(described) };
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  // the first type is the one that nearly every server has: its failure says most
  const failure = failures.find((reason) => reason instanceof ConnectFailure);
  return {
    ok: false,
    step: failure?.step ?? 'connect',
    ...(failure?.told ?? tell('no-host-key')),
  };
}

function described(blob: Buffer): { type: string; publicKey: string; fingerprint: string } {
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  return { type, publicKey: `${type} ${blob.toString('base64')}`, fingerprint: fingerprintOf(blob) };
}

async function offeredKey(probed: Probed, type: string): Promise<Buffer> {
  const { address, port, name, giveUp } = probed;
  try {
    const addresses = await addressesOf(address, PROBE_TIMEOUT_MS);
    const { socket } = await dial(addresses, port, { timeoutMs: PROBE_TIMEOUT_MS, giveUp });
    return await keyOffered(socket, probed, type);
  } catch (error) {
    if (error instanceof ConnectFailure) throw error;
    throw adviseOn(name, error instanceof Error ? error : new Error(String(error)));
  }
}

function keyOffered(socket: Socket, { name, giveUp }: Probed, type: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const end = (): void => {
      client.destroy();
    };
    giveUp?.addEventListener('abort', end);
    const first = new FirstWords(socket);
    client.on('error', (error) => {
      reject(first.orForeign(name, adviseOn(name, error)));
    });
    client.once('close', () => {
      giveUp?.removeEventListener('abort', end);
      const closed = new ConnectFailure('connect', tell('connection-closed', { asset: name }));
      reject(first.orForeign(name, closed));
    });
    const hostVerifier = (key: Buffer): boolean => {
      resolve(Buffer.from(key));
      return false; // the key is all that was wanted
    };
    client.connect({
      sock: socket,
      username: 'gatehouse-scan',
      hostVerifier,
      algorithms: { ...UPSTREAM_ALGORITHMS, serverHostKey: [...hostKeyAlgorithmsOf(type)] },
      readyTimeout: PROBE_TIMEOUT_MS,
    });
    if (giveUp?.aborted) end();
  });
}
