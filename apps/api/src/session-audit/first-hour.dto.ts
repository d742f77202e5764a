import { ApiProperty } from '@nestjs/swagger';
import { FIRST_STEPS, type FirstStep } from '#libs/contracts';
import type { FirstHourState } from '#libs/session-audit';
import { Flag } from '../http/fields.js';

/** One step of the first hour. */
export class FirstStepView {
  @ApiProperty({ enum: FIRST_STEPS, enumName: 'FirstStep' })
  name!: FirstStep;

  @ApiProperty({ description: 'Whether what it makes is there' })
  done!: boolean;
}

/** What a new installation still lacks. */
export class FirstHourView implements FirstHourState {
  @ApiProperty({ type: FirstStepView, isArray: true })
  steps!: FirstStepView[];

  @ApiProperty({ description: 'No administrator wants to see it any more' })
  dismissed!: boolean;
}

/** Whether the first hour is shown. */
export class SetFirstHour {
  @Flag()
  dismissed!: boolean;
}
