/** Hours, and minutes after a sign, a character or nothing at all: `9`, `930`, `9:30`, `9.30`, `9点30`. */
const TYPED = /^(\d{1,2})(?:[:.时点]?([0-5]\d))?[点时]?$/;

/** As the API takes a time: from 00:00 to 23:59. */
const LAST_HOUR = 23;

/**
 * A time as people type it, in the 24-hour form that the API takes: `9` is `09:00`. Full-width digits and signs of
 * Chinese keyboards count. Null: no such time.
 * @param isEnd whether it may be 24:00, the midnight after
 */
export function readTimeOfDay(typed: string, isEnd = false): string | null {
  const [, hours, minutes = '00'] = TYPED.exec(typed.normalize('NFKC').replaceAll(/\s/g, '')) ?? [];
  if (hours === undefined) return null;
  const isMidnightAfter = isEnd && Number(hours) === LAST_HOUR + 1 && minutes === '00';
  if (Number(hours) > LAST_HOUR && !isMidnightAfter) return null;
  return `${hours.padStart(2, '0')}:${minutes}`;
}
