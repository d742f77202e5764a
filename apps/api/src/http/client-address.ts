import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';
import { StartFailure } from '#libs/kernel';
import { bareAddress } from './caller.js';

/** Decides whether the proxy at an address may say for whom it speaks. */
export type Trust = (address: string, hop: number) => boolean;

/** @throws StartFailure when an entry is no address and no range. */
export function trustOf(trustedProxies: readonly string[]): Trust {
  try {
    return proxyaddr.compile([...trustedProxies]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const mend = 'List addresses or ranges like 10.0.0.0/8, separated by commas.';
    throw new StartFailure(`GATEHOUSE_TRUSTED_PROXIES is not valid: ${reason}.`, mend, { cause: error });
  }
}

/** Who really sent a request that Express doesn't see (an upgrade): proxies that we don't trust can't say. */
export function clientAddress(request: IncomingMessage, trust: Trust): string {
  return bareAddress(proxyaddr(request, trust));
}

/** Under which name and port the client called us: the Host header, or what a trusted proxy says it was. */
export function calledHost(request: IncomingMessage, trust: Trust): string | undefined {
  const forwarded = request.headers['x-forwarded-host'];
  const peer = request.socket.remoteAddress;
  if (typeof forwarded === 'string' && peer !== undefined && trust(peer, 0)) {
    return forwarded.split(',')[0]?.trim();
  }
  return request.headers.host;
}
