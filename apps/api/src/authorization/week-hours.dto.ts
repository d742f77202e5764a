import { WEEKDAYS, type HourWindow, type WeekHours, type Weekday } from '#libs/authorization';
import { NestedList, SomeOf, Text } from '../http/fields.js';
import { TIME_OF_DAY, type TextForm } from '../http/text-forms.js';

const END: TextForm = {
  pattern: /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
  code: 'not_an_end',
  rule: 'Write the time like 18:00; 24:00 is midnight.',
};

/** The same hours on some days. */
export class HourWindowBody implements HourWindow {
  @SomeOf(WEEKDAYS, { min: 1 })
  days!: Weekday[];

  @Text({ max: 5, form: TIME_OF_DAY, example: '09:00' })
  from!: string;

  @Text({
    max: 5,
    form: END,
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
