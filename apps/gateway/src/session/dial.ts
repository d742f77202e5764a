import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';

/** How long an address may say nothing before the next one is tried beside it (RFC 8305 section 5). */
const NEXT_AFTER_MS = 250;

/** A TCP connection that stands, and the address that it goes to. */
export interface Dialled {
  socket: Socket;
  address: string;
}

/** How long dialling may take, and what ends it before. */
export interface DialTerms {
  timeoutMs: number;
  giveUp?: AbortSignal | undefined;
}

type Failure = Error & { code?: string };

/** None of several addresses answered: which failed how. */
export class NoAddressAnswers extends Error {
  constructor(failures: ReadonlyMap<string, Failure>) {
    super([...failures].map(([address, { code, message }]) => `${address} ${code ?? message}`).join(', '));
    this.name = 'NoAddressAnswers';
  }
}

/** The IP addresses of a host, in the order in which the resolver gives them. @throws Error with a `code` of getaddrinfo's */
export async function addressesOf(host: string, timeoutMs: number): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure('EAI_AGAIN')), timeoutMs);
  });
  try {
    const found = await Promise.race([lookup(host, { all: true }), late]);
    return [...new Set(found.map(({ address }) => address))];
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Connects to the first of these addresses that answers. Each is tried once the one before has failed or said nothing for
 * a moment, and has what is left of the time.
 * @throws the error of the one address, or {@link NoAddressAnswers} of several
 */
export function dial(addresses: readonly string[], port: number, terms: DialTerms): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const waiting = [...addresses];
    const trying = new Map<string, Socket>();
    const failures = new Map<string, Failure>();
    let next: NodeJS.Timeout | undefined;

    const settle = (): void => {
      clearTimeout(next);
      clearTimeout(limit);
      terms.giveUp?.removeEventListener('abort', abort);
      for (const socket of trying.values()) socket.destroy();
      trying.clear();
    };
    const fail = (): void => {
      settle();
      const [first = failure('ENOTFOUND')] = failures.values();
      reject(failures.size > 1 ? new NoAddressAnswers(failures) : first);
    };
    const failAll = (code: string): void => {
      for (const address of [...trying.keys(), ...waiting]) failures.set(address, failure(code));
      fail();
    };
    const abort = (): void => failAll('ABORT_ERR');
    const tryNext = (): void => {
      clearTimeout(next);
      const address = waiting.shift();
      if (address === undefined) return;
      const socket = connect({ host: address, port, noDelay: true });
      trying.set(address, socket);
      // hears also what comes before whoever takes it over listens
      socket.on('error', (error) => {
        if (!trying.delete(address)) return;
        failures.set(address, error);
        if (waiting.length > 0) tryNext();
        else if (trying.size === 0) fail();
      });
      socket.once('connect', () => {
        if (!trying.delete(address)) return;
        settle();
        resolve({ socket, address });
      });
      if (waiting.length > 0) next = setTimeout(tryNext, NEXT_AFTER_MS);
    };
    const limit = setTimeout(() => failAll('ETIMEDOUT'), terms.timeoutMs);
    terms.giveUp?.addEventListener('abort', abort);
    if (terms.giveUp?.aborted) abort();
    else if (waiting.length === 0) fail();
    else tryNext();
  });
}

function failure(code: string): Failure {
  return Object.assign(new Error(code), { code });
}
