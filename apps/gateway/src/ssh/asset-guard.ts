import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { endAtOverrun, endUnread } from './flow-guard.js';
import { endNeedlessRekeying } from './rekeying.js';

/**
 * Ends a connection to an asset that means harm: sends more than it has room for, reads nothing of what it asks for,
 * exchanges keys without end.
 * @param connection ssh2's. To be called after `connect`, before which ssh2 hears nothing.
 */
export function guardFromAsset(connection: EventEmitter, socket: Socket, end: () => void): void {
  endUnread(socket);
  endAtOverrun(connection, end);
  endNeedlessRekeying(connection, socket, end);
}
