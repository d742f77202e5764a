import { faultWith, type FieldError } from '#libs/kernel';

/** Days of the week, Monday first (ISO 8601). */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The same hours on some days. Where `until` is not after `from`, it is of the next day. */
export interface HourWindow {
  days: Weekday[];
  /** `HH:MM`, from 00:00 to 23:59. */
  from: string;
  /** `HH:MM`, to 24:00; the minute itself no longer counts. */
  until: string;
}

/** The hours of the week in which a rule counts, on the clocks of a time zone (FEATURES L7). */
export interface WeekHours {
  /** IANA name: `Asia/Shanghai`. */
  timeZone: string;
  windows: HourWindow[];
}

/** Minutes of the week since Monday 00:00; the last no longer counts. */
type Range = readonly [from: number, until: number];

const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** Hours as the database keeps them: `{[540,1080),[1980,2520)}`, an int4multirange of minutes of the week. */
export function toMinutes({ windows }: WeekHours): string {
  const ranges = windows.flatMap(({ days, from, until }) => {
    const [begin, end] = [minuteOfDay(from), minuteOfDay(until)];
    const length = end > begin ? end - begin : end - begin + DAY;
    return days.flatMap((day) => wrap(WEEKDAYS.indexOf(day) * DAY + begin, length));
  });
  return `{${ranges.map(([begin, end]) => `[${begin},${end})`).join(',')}}`;
}

/** The reverse: days with the same hours together, hours that cross midnight as one window. */
export function toWindows(minutes: string): HourWindow[] {
  const windows = new Map<string, HourWindow>();
  for (const [begin, end] of joined(rangesOf(minutes)).flatMap(byDay)) {
    const [from, until] = [timeOfDay(begin % DAY), timeOfDay(end % DAY || DAY)];
    const day = WEEKDAYS[Math.floor(begin / DAY) % 7];
    if (!day) throw new Error(`not a minute of the week: ${begin}`);
    const same = windows.get(`${from}-${until}`);
    if (same) same.days.push(day);
    else windows.set(`${from}-${until}`, { days: [day], from, until });
  }
  return [...windows.values()].map((window) => ({ ...window, days: inOrder(window.days) }));
}

/** Whether the moment is in these hours. @param minutes as {@link toMinutes} gives them */
export function isWithin(timeZone: string, minutes: string, now: Date): boolean {
  const minute = minuteOfWeek(timeZone, now);
  return rangesOf(minutes).some(([begin, end]) => begin <= minute && minute < end);
}

/** When the hours that the moment is in end; null: never. */
export function endOfHours(timeZone: string, minutes: string, now: Date): Date | null {
  const minute = minuteOfWeek(timeZone, now);
  const current = joined(rangesOf(minutes)).find(([begin, end]) => isIn(minute, begin, end));
  if (!current) return now;
  const [begin, end] = current;
  if (end - begin >= WEEK) return null;
  const ahead = (end - minute + WEEK) % WEEK;
  const over = (Math.floor(now.getTime() / 60_000) + ahead) * 60_000;
  // clocks that are put forward or back before that (DST) may show a minute outside of the hours, or still within
  const change = clockChange(timeZone, now.getTime(), over);
  if (change === null) return new Date(over);
  const then = new Date(change);
  return isWithin(timeZone, minutes, then) ? endOfHours(timeZone, minutes, then) : then;
}

/**
 * SQL condition: the rule `rule` counts at `now`: active, in its period and its hours. It is what `decide` asks of a
 * rule, for the lists that must agree with it.
 * @param rule alias of `authorization_rules` @param now a parameter or expression of a timestamptz
 */
export function ruleCountsAt(rule: string, now: string): string {
  const local = `(${now}::timestamptz AT TIME ZONE ${rule}.hours_time_zone)`;
  const minute = `floor(extract(epoch FROM ${local} - date_trunc('week', ${local})) / 60)::int`;
  return `(${rule}.active AND cardinality(${rule}.actions) > 0
      AND (${rule}.valid_from IS NULL OR ${rule}.valid_from <= ${now})
      AND (${rule}.valid_until IS NULL OR ${rule}.valid_until > ${now})
      AND (${rule}.hours_minutes IS NULL OR ${rule}.hours_minutes @> ${minute}))`;
}

/** What is wrong with hours that came in, or null. */
export function faultOf(hours: WeekHours): FieldError | null {
  if (!isTimeZone(hours.timeZone)) {
    const message = 'Choose a time zone by its IANA name, like Asia/Shanghai or UTC.';
    return { field: 'hours.timeZone', code: 'unknown_time_zone', message };
  }
  const empty = hours.windows.findIndex(({ days }) => days.length === 0);
  if (hours.windows.length > 0 && empty < 0) return null;
  const message = 'Choose at least one day, or no hours at all for always.';
  const field = empty < 0 ? 'hours.windows' : `hours.windows.${empty}.days`;
  return { field, ...faultWith('too_few', message, { min: 1 }) };
}

const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);

function isTimeZone(name: string): boolean {
  return zones.has(name);
}

const isIn = (minute: number, begin: number, end: number): boolean =>
  (begin <= minute && minute < end) || (begin <= minute + WEEK && minute + WEEK < end);

function rangesOf(minutes: string): Range[] {
  return [...minutes.matchAll(/\[(\d+),(\d+)\)/g)].map((match) => [Number(match[1]), Number(match[2])]);
}

function wrap(begin: number, length: number): Range[] {
  const end = begin + length;
  return end <= WEEK
    ? [[begin, end]]
    : [
        [begin, WEEK],
        [0, end - WEEK],
      ];
}

/** Sunday's last minute and Monday's first one are neighbours: such ranges become one, beyond the week's end. */
function joined(ranges: Range[]): Range[] {
  const first = ranges[0];
  const last = ranges.at(-1);
  if (!first || !last || first === last || first[0] !== 0 || last[1] !== WEEK) return ranges;
  return [...ranges.slice(1, -1), [last[0], WEEK + first[1]]];
}

/** A range of up to a day stays whole, also over midnight; a longer one is cut at each midnight. */
function byDay([begin, end]: Range): Range[] {
  if (end - begin < DAY || begin % DAY === 0) {
    if (end - begin <= DAY) return [[begin, end]];
  }
  const midnight = (Math.floor(begin / DAY) + 1) * DAY;
  return [[begin, midnight], ...byDay([midnight, end])];
}

function inOrder(days: Weekday[]): Weekday[] {
  return WEEKDAYS.filter((day) => days.includes(day));
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function timeOfDay(minute: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** No zone puts its clocks forward and back within such a time. */
const CLOCK_STEP_MS = 12 * 3_600_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of the zone show, as minutes since Monday 00:00. */
function minuteOfWeek(timeZone: string, moment: Date): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const shown = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    clock = new Intl.DateTimeFormat('en-US', { timeZone, ...shown });
    clocks.set(timeZone, clock);
  }
  const parts = new Map(clock.formatToParts(moment).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.findIndex((weekday) => weekday === parts.get('weekday')?.toLowerCase());
  return day * DAY + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/** By how much clocks differ from UTC, in minutes and up to whole weeks. */
function clockShift(timeZone: string, time: number): number {
  const utcMinute = Math.floor(time / 60_000) % WEEK;
  return (minuteOfWeek(timeZone, new Date(time)) - utcMinute + WEEK) % WEEK;
}

/** The first time after `from`, until `to`, at which the zone's clocks are put forward or back; null: at none. */
function clockChange(timeZone: string, from: number, to: number): number | null {
  const before = clockShift(timeZone, from);
  for (let low = from; low < to; low += CLOCK_STEP_MS) {
    let high = Math.min(low + CLOCK_STEP_MS, to);
    if (clockShift(timeZone, high) === before) continue;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (clockShift(timeZone, middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }
  return null;
}
