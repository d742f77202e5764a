import type { NightTimes } from '#libs/inventory';
import { Flag, Text } from '../http/fields.js';

/** When the product does something by itself. */
export class NightTimesBody implements NightTimes {
  @Flag()
  nightly!: boolean;

  @Text({
    max: 5,
    pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$/,
    rule: 'Write the time as 02:30.',
    description: "By the gateways' clock",
    example: '02:30',
  })
  time!: string;
}
