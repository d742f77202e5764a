import { preciseTime } from '../display/time-words';

/** A range picker's value: nothing, or first and last day. Its days are those of the browser's calendar. */
export type Period = readonly (Date | null)[] | null;

/** Days of the address in the person's zone, for a range picker; empty when there are none. `to` is the moment after the last day. */
export function readPeriod(filters: Readonly<Record<string, string>>, zone: string | undefined): Date[] {
  const from = Date.parse(filters['from'] ?? '');
  const to = Date.parse(filters['to'] ?? '');
  if (Number.isNaN(from) || Number.isNaN(to)) return [];
  return [from, to - 1].map((moment) => dayOf(new Date(moment), zone));
}

/** From the day in the person's zone `first` days before this moment to the one `last` days before it. */
export function daysBack(now: Date, first: number, last: number, zone: string | undefined): Date[] {
  return [first, last].map((days) => {
    const day = dayOf(now, zone);
    day.setDate(day.getDate() - days);
    return day;
  });
}

/** Whole days in the person's zone, as the address and the API take them. */
export function writePeriod(period: Period, zone: string | undefined): Record<string, string | null> {
  const [first, last] = period ?? [];
  if (!first || !last) return { from: null, to: null };
  return { from: beginningOf(first, 0, zone), to: beginningOf(last, 1, zone) };
}

/** The day of a moment in the zone, as the same day of the browser's calendar; at noon, which no zone skips. */
function dayOf(moment: Date, zone: string | undefined): Date {
  return new Date(`${preciseTime(moment, zone).slice(0, 10)}T12:00:00`);
}

/** When the day, or the one so many days after it, begins in the zone. */
function beginningOf(day: Date, later: number, zone: string | undefined): string {
  const midnight = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate() + later);
  // the zone's distance from UTC is asked for near the moment itself: it may change on that day
  const near = midnight - distance(midnight, zone);
  return new Date(midnight - distance(near, zone)).toISOString();
}

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
function distance(moment: number, zone: string | undefined): number {
  const second = Math.floor(moment / 1000) * 1000;
  const shown = Date.parse(`${preciseTime(new Date(second), zone).replace(' ', 'T')}Z`);
  return shown - second;
}
