import type { GatewayMetadata } from '@nestjs/websockets';
import { SOCKET_PATH } from '#libs/contracts';

/** Largest message to a gateway. */
const MAX_MESSAGE = 256 * 1024;
/**
 * A console notices a cut after the sum of both at the latest. Pings wait behind output, so on a slow line
 * the second must last as long as a window of output takes.
 */
const PING_EVERY_MS = 5_000;
const PONG_WITHIN_MS = 10_000;

/** The socket.io engine that all namespaces of this gateway share: the first that is made sets it up. */
export const ENGINE = {
  path: SOCKET_PATH,
  transports: ['websocket'],
  maxHttpBufferSize: MAX_MESSAGE,
  pingInterval: PING_EVERY_MS,
  pingTimeout: PONG_WITHIN_MS,
  serveClient: false,
} satisfies GatewayMetadata;
