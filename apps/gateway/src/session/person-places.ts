import type { UserId } from '#libs/kernel';

/** Of what a person has open at this gateway at once no more than so many, so that nobody costs the others theirs. */
export class PersonPlaces {
  private readonly taken = new Map<UserId, number>();

  constructor(readonly max: number) {}

  /** How many places this person has. */
  countOf(userId: UserId): number {
    return this.taken.get(userId) ?? 0;
  }

  /** A place for one more, until what this gives is called; null: they have as many as anybody may. */
  take(userId: UserId): (() => void) | null {
    const count = this.countOf(userId);
    if (count >= this.max) return null;
    this.taken.set(userId, count + 1);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      const left = this.countOf(userId) - 1;
      if (left === 0) this.taken.delete(userId);
      else this.taken.set(userId, left);
    };
  }
}
