/** A calendar day of a time zone. */
export interface LocalDay {
  /** `2026-11-01`. */
  day: string;
  /** Its first moment. */
  startsAt: Date;
  /** The first moment of the day after it. */
  endsAt: Date;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Every offset and every change of one is a multiple of this. */
const STEP_MS = 15 * 60_000;
/** Zones lie at most 14 hours before and 12 hours behind UTC. */
const MOST_AHEAD_MS = 15 * HOUR_MS;

/** The last `count` days of the zone, today last. @throws RangeError for an unknown zone */
export function localDays(timeZone: string, now: Date, count: number): LocalDay[] {
  const dateOf = dateFormat(timeZone);
  const today = Date.parse(dateOf(now.getTime()));
  const dates = Array.from({ length: count + 1 }, (_, index) =>
    isoDate(today + (index - count + 1) * DAY_MS),
  );
  const starts = dates.map((date) => startOf(date, dateOf));
  return dates.slice(0, count).map((day, index) => ({
    day,
    startsAt: new Date(starts[index] ?? NaN),
    endsAt: new Date(starts[index + 1] ?? NaN),
  }));
}

/** The first moment of the date, which is not midnight where summer time begins at it. */
function startOf(date: string, dateOf: (at: number) => string): number {
  const midnight = Date.parse(date);
  let before = midnight - MOST_AHEAD_MS;
  let within = midnight + MOST_AHEAD_MS;
  while (within - before > STEP_MS) {
    const middle = before + Math.floor((within - before) / 2 / STEP_MS) * STEP_MS;
    if (dateOf(middle) < date) before = middle;
    else within = middle;
  }
  return within;
}

/** Dates as ISO 8601, which sorts as text. */
function dateFormat(timeZone: string): (at: number) => string {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, calendar: 'gregory', ...parts });
  return (at) => format.format(at);
}

function isoDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
