import type { UserId } from '#libs/kernel';

/** Refusals of one person that leave a record in so long. */
const MAX_REFUSALS = 300;
const PERIOD_MS = 60_000;

/** Keeps who asks without end for what no rule allows from filling the books. */
export class RefusalQuota {
  private readonly spent = new Map<UserId, { since: number; count: number }>();

  /** Whether one more refusal of this person leaves a record, and whether that is the last for now. */
  take(userId: UserId): 'kept' | 'last' | 'over' {
    const now = Date.now();
    let period = this.spent.get(userId);
    if (!period || now - period.since >= PERIOD_MS) period = { since: now, count: 0 };
    this.spent.set(userId, period);
    const count = ++period.count;
    if (count < MAX_REFUSALS) return 'kept';
    return count === MAX_REFUSALS ? 'last' : 'over';
  }
}
