const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/**
 * "3 minutes ago", "in 2 days": coarse on purpose. Under a minute is "now". What has passed has passed whole; what is to
 * come is rounded, so that twelve hours are twelve also a second later.
 */
export function relativeTime(at: Date, now: number, language: string): string {
  const seconds = (at.getTime() - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) < size) continue;
    const count = seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size);
    // "Tomorrow" is a day; "next month" may be any day of 31
    const numeric = unit === 'year' || unit === 'month' ? 'always' : 'auto';
    return spaced(new Intl.RelativeTimeFormat(language, { numeric }).format(count, unit));
  }
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second');
}

/** Date and time to the second, in the person's own zone, with the zone named. */
export function exactTime(at: Date, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone,
  }).format(at);
}

/** Date and time to the second as ISO 8601 orders them, in the person's own zone: two of them compare at a glance. */
export function preciseTime(at: Date, timeZone?: string): string {
  // Swedish writes dates and times that way.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(at);
}

/** A length of time that was set: "30 minutes", "12 hours". */
export function wholeTime(seconds: number, language: string): string {
  const [unit = 'second', size = 1] = UNITS.find(([, length]) => seconds > 0 && seconds % length === 0) ?? [];
  const words = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return spaced(words.format(seconds / size));
}

/** With a space between a number and the Chinese after it, as all phrases here have it: Intl leaves it out. */
function spaced(phrase: string): string {
  return phrase.replace(/(\d)(?=\p{Script=Han})/gu, '$1 ');
}

/** A length of time as `0:07`, `12:34` or `3:04:05`. */
export function clockDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
