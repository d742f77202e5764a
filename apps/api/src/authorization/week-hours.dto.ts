import { WEEKDAYS, type HourWindow, type WeekHours, type Weekday } from '#libs/authorization';
import { NestedList, SomeOf, Text } from '../http/fields.js';

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const END = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** The same hours on some days. */
export class HourWindowBody implements HourWindow {
  @SomeOf(WEEKDAYS, { min: 1 })
  days!: Weekday[];

  @Text({ max: 5, pattern: TIME, rule: 'Write the time like 09:00.', example: '09:00' })
  from!: string;

  @Text({
    max: 5,
    pattern: END,
    rule: 'Write the time like 18:00; 24:00 is midnight.',
    example: '18:00',
    description: 'This minute no longer counts; not after `from`: of the next day',
  })
  until!: string;
}

/** The hours of the week in which a rule counts. */
export class WeekHoursBody implements WeekHours {
  @Text({ min: 1, max: 64, example: 'Asia/Shanghai', description: 'IANA time zone whose clocks count' })
  timeZone!: string;

  @NestedList(HourWindowBody, { min: 1, max: 50 })
  windows!: HourWindowBody[];
}
