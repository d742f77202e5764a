import type { Socket } from 'node:net';

/** Connections that have not logged in, at most; beyond, the one that waits longest goes. */
const MAX_WAITING = 1_000;
/** The same from one address. */
const MAX_WAITING_PER_ADDRESS = 600;
/** Time to log in. */
const GRACE_MS = 60_000;

/**
 * Holds connections until they have logged in: each has its time, and a flood of silent ones pushes out
 * its own oldest, so that a newcomer always gets in.
 */
export class PreAuthGate {
  private readonly waiting = new Map<Socket, { address: string; timer: NodeJS.Timeout }>();
  private readonly perAddress = new Map<string, number>();

  constructor(private readonly graceMs = GRACE_MS) {}

  /** Takes a new connection in. It is destroyed when its time is over. */
  enter(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if ((this.perAddress.get(address) ?? 0) >= MAX_WAITING_PER_ADDRESS) this.dropOldest(address);
    if (this.waiting.size >= MAX_WAITING) this.dropOldest();
    const timer = setTimeout(() => socket.destroy(), this.graceMs);
    this.waiting.set(socket, { address, timer });
    this.perAddress.set(address, (this.perAddress.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.leave(socket);
    });
  }

  /** The connection has logged in, or is gone. */
  leave(socket: Socket): void {
    const entry = this.waiting.get(socket);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.waiting.delete(socket);
    const left = (this.perAddress.get(entry.address) ?? 1) - 1;
    if (left === 0) this.perAddress.delete(entry.address);
    else this.perAddress.set(entry.address, left);
  }

  private dropOldest(address?: string): void {
    for (const [socket, entry] of this.waiting) {
      if (address !== undefined && entry.address !== address) continue;
      socket.destroy();
      this.leave(socket);
      return;
    }
  }
}
