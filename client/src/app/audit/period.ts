/** A range picker's value: nothing, or first and last day. */
export type Period = readonly (Date | null)[] | null;

const DAY_MS = 86_400_000;

/** Days of the address for a range picker; empty when there are none. `to` is the moment after the last day. */
export function readPeriod(filters: Readonly<Record<string, string>>): Date[] {
  const from = Date.parse(filters['from'] ?? '');
  const to = Date.parse(filters['to'] ?? '');
  return Number.isNaN(from) || Number.isNaN(to) ? [] : [new Date(from), new Date(to - 1)];
}

/** From the day `first` days before this moment to the day `last` days before it. */
export function daysBack(now: Date, first: number, last: number): Date[] {
  return [first, last].map((days) => {
    const day = new Date(now);
    day.setDate(day.getDate() - days);
    return day;
  });
}

/** Whole days in the person's own zone, as the address and the API take them. */
export function writePeriod(period: Period): Record<string, string | null> {
  const [first, last] = period ?? [];
  if (!first || !last) return { from: null, to: null };
  const from = new Date(first);
  from.setHours(0, 0, 0, 0);
  const to = new Date(last.getTime() + DAY_MS);
  to.setHours(0, 0, 0, 0);
  return { from: from.toISOString(), to: to.toISOString() };
}
