import { request as httpRequest, Server, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { z } from 'zod';
import { GATEWAY_PARAMETER, SESSION_PARAMETER, SOCKET_PATH } from '#libs/contracts';
import type { Gateway } from '#libs/database';
import { isOurOrigin } from '#libs/identity';
import { asId, CONFIG, LOGGER, type Config, type Logger, type SessionId } from '#libs/kernel';
import { LiveGateways } from '#libs/session-audit';
import { calledHost, clientAddress, trustOf, type Trust } from './client-address.js';
import { subPathOf, withoutSubPath } from './sub-path.js';

const httpServer = z.union([z.instanceof(Server), z.instanceof(TlsServer)]);
const uuid = z.uuid();

/** How long a gateway may take to accept a socket. */
const UPGRADE_PATIENCE_MS = 10_000;

/** A peer that vanished is noticed by this. */
const KEEP_ALIVE_MS = 30_000;

/** Said by us alone, never by the client. */
const OWN_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Passes terminal sockets on to a gateway, so that console, API and sockets share one public address. It reads
 * nothing of what passes; who the user is, is the gateway's to check.
 */
@Injectable()
export class SocketProxy implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trust: Trust;
  private readonly open = new Map<Duplex, Gateway['id'] | null>();

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly gateways: LiveGateways,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.trust = trustOf(config.trustedProxies);
  }

  onApplicationBootstrap(): void {
    httpServer
      .parse(this.adapter.httpAdapter.getHttpServer())
      .on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        this.open.set(socket, null);
        socket.on('error', () => socket.destroy()); // the client went away: nobody is left to be told
        socket.once('close', () => this.open.delete(socket));
        this.accept(request, socket, head).catch((error: unknown) => {
          this.logger.warn({ err: error }, 'terminal socket not passed on');
          refuse(socket, 503);
        });
      });
  }

  /** A server that closes waits for its sockets. */
  beforeApplicationShutdown(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }

  private async accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    request.url = withoutSubPath(request.url ?? '/', subPathOf(this.config.publicUrl));
    const url = new URL(request.url, 'http://gatehouse');
    const host = calledHost(request, this.trust);
    const refusal = this.refusalOf(request, url.pathname, host);
    const gateway = refusal ? null : await this.gatewayFor(url.searchParams);
    if (!gateway) {
      refuse(socket, refusal ?? 503);
      return;
    }
    this.open.set(socket, gateway.id);
    this.passOn(
      gateway,
      headersFor(request, host, clientAddress(request, this.trust)),
      request,
      socket,
      head,
    );
  }

  private refusalOf({ headers }: IncomingMessage, path: string, host: string | undefined): number | null {
    if (path !== SOCKET_PATH && path !== `${SOCKET_PATH}/`) return 404;
    if (headers.upgrade?.toLowerCase() !== 'websocket') return 400;
    const isForeign =
      headers.origin !== undefined && !isOurOrigin(headers.origin, host, this.config.publicUrl);
    return isForeign ? 403 : null;
  }

  /** Where a session is asked for, the gateway that has it. */
  private async gatewayFor(query: URLSearchParams): Promise<Gateway | null> {
    const session = query.get(SESSION_PARAMETER);
    if (session === null) return this.choose(await this.gateways.list(), query.get(GATEWAY_PARAMETER));
    const id = uuid.safeParse(session);
    return id.success ? this.gateways.ofSession(asId<SessionId>(id.data)) : null;
  }

  /** The one that was asked for, else that with the fewest sockets of ours. */
  private choose(living: readonly Gateway[], asked: string | null): Gateway | null {
    if (asked !== null) return living.find((gateway) => gateway.id === asked) ?? null;
    const socketsOf = (gateway: Gateway): number =>
      [...this.open.values()].filter((id) => id === gateway.id).length;
    const [first = null] = living
      .map((gateway) => ({ gateway, sockets: socketsOf(gateway) }))
      .sort((one, other) => one.sockets - other.sockets);
    return first?.gateway ?? null;
  }

  private passOn(
    gateway: Gateway,
    headers: OutgoingHttpHeaders,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const upstream = httpRequest(new URL(request.url ?? '/', gateway.internalUrl), {
      headers,
      timeout: UPGRADE_PATIENCE_MS,
      agent: false,
    });
    socket.once('close', () => upstream.destroy());
    upstream.on('timeout', () =>
      upstream.destroy(new Error('the gateway did not accept the socket in time')),
    );
    upstream.on('error', (error) => {
      this.logger.warn({ err: error, gatewayId: gateway.id }, 'gateway does not take terminal sockets');
      refuse(socket, 503);
    });
    upstream.on('response', (answer) => {
      answer.resume();
      refuse(socket, answer.statusCode ?? 502);
    });
    upstream.on('upgrade', (answer, gatewaySocket, gatewayHead) => {
      for (const end of [gatewaySocket, request.socket]) {
        end.setTimeout(0);
        end.setNoDelay(true);
        end.setKeepAlive(true, KEEP_ALIVE_MS);
      }
      socket.write(statusLine(101) + rawHeaders(answer) + '\r\n');
      if (gatewayHead.length > 0) socket.write(gatewayHead);
      if (head.length > 0) gatewaySocket.write(head);
      gatewaySocket.on('error', () => socket.destroy()); // the gateway was killed: the console sees the end
      socket.once('close', () => gatewaySocket.destroy());
      socket.pipe(gatewaySocket).pipe(socket);
    });
    upstream.end();
  }
}

function headersFor(
  request: IncomingMessage,
  host: string | undefined,
  address: string,
): OutgoingHttpHeaders {
  const passed = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.includes(name));
  return { ...Object.fromEntries(passed), ...(host !== undefined && { host }), 'x-forwarded-for': address };
}

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}\r\n`;

function rawHeaders({ rawHeaders: flat }: IncomingMessage): string {
  const lines: string[] = [];
  for (let at = 0; at < flat.length; at += 2) lines.push(`${flat[at]}: ${flat[at + 1]}\r\n`);
  return lines.join('');
}

function refuse(socket: Duplex, status: number): void {
  if (socket.writable) socket.end(`${statusLine(status)}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  else socket.destroy();
}
