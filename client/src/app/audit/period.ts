import { preciseTime } from '../display/time-words';

/** A range picker's value: nothing, or first and last day. Its days are those of the browser's calendar. */
export type Period = readonly (Date | null)[] | null;

/** When on its first day a period begins and when on its last it ends, as `10:00`; empty: with the day. */
export interface Hours {
  readonly from: string;
  readonly to: string;
}

/** Days of the address in the person's zone, for a range picker; empty when there are none. `to` is the moment after. */
export function readPeriod(filters: Readonly<Record<string, string>>, zone: string | undefined): Date[] {
  const from = Date.parse(filters['from'] ?? '');
  const to = Date.parse(filters['to'] ?? '');
  if (Number.isNaN(from) || Number.isNaN(to)) return [];
  return [from, to - 1].map((moment) => dayOf(new Date(moment), zone));
}

/** The hours of the address, in the person's zone. */
export function readHours(filters: Readonly<Record<string, string>>, zone: string | undefined): Hours {
  const hour = (text: string | undefined): string => {
    const moment = Date.parse(text ?? '');
    const shown = Number.isNaN(moment) ? '' : preciseTime(new Date(moment), zone).slice(11, 16);
    return shown === '00:00' ? '' : shown;
  };
  return { from: hour(filters['from']), to: hour(filters['to']) };
}

/** From the day in the person's zone `first` days before this moment to the one `last` days before it. */
export function daysBack(now: Date, first: number, last: number, zone: string | undefined): Date[] {
  return [first, last].map((days) => {
    const day = dayOf(now, zone);
    day.setDate(day.getDate() - days);
    return day;
  });
}

/** Days in the person's zone, from an hour of the first to one of the last, as the address and the API take them. */
export function writePeriod(
  period: Period,
  { from, to }: Hours,
  zone: string | undefined,
): Record<string, string | null> {
  const [first, last] = period ?? [];
  if (!first || !last) return { from: null, to: null };
  return { from: momentOf(first, from || '00:00', zone), to: momentOf(last, to || '24:00', zone) };
}

/** Whether a period that {@link writePeriod} wrote ends before anything can be in it. */
export function isBackwards({ from, to }: Record<string, string | null>): boolean {
  return !!from && !!to && to <= from;
}

/** The day of a moment in the zone, as the same day of the browser's calendar; at noon, which no zone skips. */
function dayOf(moment: Date, zone: string | undefined): Date {
  return new Date(`${preciseTime(moment, zone).slice(0, 10)}T12:00:00`);
}

/** The moment of an hour on a day in the zone; `24:00` is when the next day begins. */
function momentOf(day: Date, hour: string, zone: string | undefined): string {
  const [hours = 0, minutes = 0] = hour.split(':').map(Number);
  const told = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes);
  // the zone's distance from UTC is asked for near the moment itself: it may change on that day
  const near = told - distance(told, zone);
  return new Date(told - distance(near, zone)).toISOString();
}

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
function distance(moment: number, zone: string | undefined): number {
  const second = Math.floor(moment / 1000) * 1000;
  const shown = Date.parse(`${preciseTime(new Date(second), zone).replace(' ', 'T')}Z`);
  return shown - second;
}
