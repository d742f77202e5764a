import type { AssetId, SystemUserId, UserId } from '#libs/kernel';
import type { UpstreamPool } from '../session/upstream-pool.js';

/** How long a connection waits for the next command, in milliseconds: as long as Ansible's ControlPersist. */
export const KEPT_MS = 60_000;
/** Connections that wait on one gateway; the one that has waited longest goes first. */
const MOST_KEPT = 500;

/** Whose connection it is, and to what. */
export interface Account {
  userId: UserId;
  assetId: AssetId;
  systemUserId: SystemUserId;
}

interface Kept {
  pool: UpstreamPool;
  timer: NodeJS.Timeout;
}

/**
 * Connections between the commands of one user on one account of an asset: who runs one command after the other waits
 * for no login but the first. One that is taken is its taker's alone, as what a command leaves running is told by its
 * connection. Nothing is decided here: each command has a grant of its own, or does not run.
 */
export class KeptConnections {
  private readonly kept = new Map<string, Kept>();
  private closed = false;

  constructor(private readonly makePool: () => UpstreamPool) {}

  /** The connection that was kept, or a pool without one yet; for one command. */
  take(account: Account): UpstreamPool {
    const key = keyOf(account);
    const kept = this.kept.get(key);
    if (!kept) return this.makePool();
    this.forget(key, kept);
    return kept.pool;
  }

  /** For the next command; what still runs on it, or never stood, is closed. */
  giveBack(account: Account, pool: UpstreamPool): void {
    const key = keyOf(account);
    if (this.closed || !pool.isIdle || this.kept.has(key)) {
      pool.close();
      return;
    }
    const drop = (): void => {
      this.forget(key, kept);
      pool.close();
    };
    const kept = { pool, timer: setTimeout(drop, KEPT_MS) };
    this.kept.set(key, kept);
    for (const [longest, oldest] of this.kept) {
      if (this.kept.size <= MOST_KEPT) return;
      this.forget(longest, oldest);
      oldest.pool.close();
    }
  }

  /** Closes what is kept and keeps no more; for the end of the gateway. */
  close(): void {
    this.closed = true;
    for (const [key, kept] of this.kept) {
      this.forget(key, kept);
      kept.pool.close();
    }
  }

  private forget(key: string, kept: Kept): void {
    clearTimeout(kept.timer);
    this.kept.delete(key);
  }
}

function keyOf({ userId, assetId, systemUserId }: Account): string {
  return `${userId}/${assetId}/${systemUserId}`;
}
