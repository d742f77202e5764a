import { Places, type UserId } from '#libs/kernel';

/**
 * What is asked of the database for one person at once, each for itself: few of its connections, which all share. What
 * the rules allow is asked together for all who ask in one moment, and needs no turn.
 */
const AT_ONCE = 4;

/** Has the work of each person take turns: what somebody asks for without end waits behind their own, not before others'. */
export class PersonTurns {
  private readonly lines = new Map<UserId, { places: Places; count: number }>();

  /** Does the work when it is its turn. Work within work would wait for itself. */
  async in<T>(userId: UserId, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(userId) ?? { places: new Places(AT_ONCE), count: 0 };
    this.lines.set(userId, line);
    line.count++;
    try {
      return await line.places.in(work);
    } finally {
      if (--line.count === 0) this.lines.delete(userId);
    }
  }
}
