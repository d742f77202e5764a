import type { NightTimes } from '#libs/inventory';
import { Flag, Text } from '../http/fields.js';
import { TIME_OF_DAY } from '../http/text-forms.js';

/** When the product does something by itself. */
export class NightTimesBody implements NightTimes {
  @Flag()
  nightly!: boolean;

  @Text({
    max: 5,
    form: TIME_OF_DAY,
    description: "By the gateways' clock",
    example: '02:30',
  })
  time!: string;
}
