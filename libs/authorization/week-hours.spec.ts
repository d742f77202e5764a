import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfHours, faultOf, isWithin, toMinutes, toWindows, WEEKDAYS } from './week-hours.js';

const minuteOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const hours = fc.record({
  timeZone: fc.constantFrom(
    'UTC',
    'Asia/Shanghai',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
  ),
  windows: fc.array(
    fc.record({
      days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      from: fc.integer({ min: 0, max: 1439 }).map(minuteOf),
      until: fc.integer({ min: 0, max: 1440 }).map(minuteOf),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
/** Moments of two years, those about the changes of clocks often. */
const moment = fc
  .oneof(
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
    fc
      .tuple(
        fc.constantFrom(Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1), Date.UTC(2026, 10, 1, 6)),
        fc.integer({ min: -3 * 86_400_000, max: 86_400_000 }),
      )
      .map(([change, off]) => change + off),
  )
  .map((time) => new Date(time));

/** PostgreSQL gives a multirange back in order, without overlaps. */
function normal(minutes: string): string {
  const week = new Array<boolean>(10_080).fill(false);
  for (const [, from, until] of minutes.matchAll(/\[(\d+),(\d+)\)/g))
    week.fill(true, Number(from), Number(until));
  const ranges: string[] = [];
  for (let at = 0; at < week.length; at++) {
    if (!week[at]) continue;
    const begin = at;
    while (week[at]) at++;
    ranges.push(`[${begin},${at})`);
  }
  return `{${ranges.join(',')}}`;
}

describe('hours of the week', () => {
  it('are read as they were written', () => {
    const office = [
      { days: ['mon' as const, 'fri' as const], from: '09:00', until: '12:00' },
      { days: ['sun' as const], from: '22:00', until: '06:00' },
    ];
    const minutes = normal(toMinutes({ timeZone: 'UTC', windows: office }));
    expect(minutes).toBe('{[0,360),[540,720),[6300,6480),[9960,10080)}');
    expect(toWindows(minutes)).toEqual(office);
  });

  it('mean the same after any way there and back', () => {
    fc.assert(
      fc.property(hours, (sample) => {
        const minutes = normal(toMinutes(sample));
        const again = { ...sample, windows: toWindows(minutes) };
        expect(normal(toMinutes(again))).toBe(minutes);
        expect(faultOf(again)).toBeNull();
      }),
    );
  });

  it('end when they are said to end, also where clocks are changed', () => {
    fc.assert(
      fc.property(hours, moment, (sample, now) => {
        const minutes = normal(toMinutes(sample));
        const { timeZone } = sample;
        fc.pre(isWithin(timeZone, minutes, now));
        const end = endOfHours(timeZone, minutes, now);
        if (end === null) {
          expect(minutes).toBe('{[0,10080)}');
          return;
        }
        expect(end > now).toBe(true);
        // what counts for a running session: it is asked about again no later than the hours have ended
        for (let at = now.getTime(); at < end.getTime(); at += 61_000)
          if (!isWithin(timeZone, minutes, new Date(at)))
            expect.fail(`over at ${new Date(at).toISOString()}`);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['put back to before the hours', '02:02', '2026-10-25T00:59:59.999Z', '2026-10-25T01:00:00.000Z'],
    ['put back within the hours', '01:30', '2026-10-25T00:30:00.000Z', '2026-10-25T22:00:00.000Z'],
    ['not changed before their end', '02:02', '2026-10-18T00:59:59.999Z', '2026-10-18T21:00:00.000Z'],
  ])('end at the minute where clocks are %s', (_what, from, now, end) => {
    const sample = { timeZone: 'Europe/Berlin', windows: [{ days: ['sun' as const], from, until: '23:00' }] };
    expect(endOfHours(sample.timeZone, toMinutes(sample), new Date(now))).toEqual(new Date(end));
  });

  it.each([
    [
      'an unknown zone',
      { timeZone: 'Mars/Base', windows: [{ days: ['mon' as const], from: '09:00', until: '10:00' }] },
      'hours.timeZone',
    ],
    ['no window', { timeZone: 'UTC', windows: [] }, 'hours.windows'],
    [
      'no day',
      { timeZone: 'UTC', windows: [{ days: [], from: '09:00', until: '10:00' }] },
      'hours.windows.0.days',
    ],
  ])('have a fault: %s', (_what, sample, field) => {
    expect(faultOf(sample)?.field).toBe(field);
  });
});
