import { Places } from '#libs/kernel';

/** Ways of one person at once, over all their connections to this gateway; one that only stands costs it 12 KB. */
export const MAX_WAYS = 1_000;
/** Ways of one person whose asset is looked up at once: few of the connections to the database, which all share. */
const MAX_LOOKUPS = 4;

/** What one person has under way. */
interface Traffic {
  ways: number;
  lookups: Places;
}

/** A place for one way, until it is left. */
export interface WayPlace {
  /** Does `work` when it is this way's turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Gives the place back; more often is as good as once. */
  leave(): void;
}

/**
 * Keeps one person's ways from the others' cost: an Ansible with hundreds of assets has them all by one connection, and
 * a client that means harm gets no more by many.
 */
export class WayPlaces {
  private readonly people = new Map<string, Traffic>();

  /** A place for one more way of the person; null when they have as many as anybody may. */
  take(userId: string): WayPlace | null {
    const traffic = this.people.get(userId) ?? { ways: 0, lookups: new Places(MAX_LOOKUPS) };
    if (traffic.ways >= MAX_WAYS) return null;
    this.people.set(userId, traffic);
    traffic.ways++;
    let isLeft = false;
    return {
      inTurn: (work) => traffic.lookups.in(work),
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        if (--traffic.ways === 0) this.people.delete(userId);
      },
    };
  }
}
