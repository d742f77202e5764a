import { ApiProperty } from '@nestjs/swagger';
import { Text } from '../http/fields.js';
import { MeView } from './me.dto.js';
import { Code } from './second-factor.dto.js';
import { Password } from './user.dto.js';

/** User name and password; with a second factor also its code, else that is asked for in a second step. */
export class LoginRequest {
  @Text({ min: 1, max: 256, verbatim: true, example: 'alice' })
  username!: string;

  @Password()
  password!: string;

  @Code({ optional: true })
  code?: string;
}

/** A login that was opened. */
export class LoginAnswer {
  @ApiProperty({ type: MeView })
  user!: MeView;

  @ApiProperty({
    required: false,
    description: 'For `Authorization: Bearer`; the console gets a cookie instead',
  })
  accessToken?: string;

  @ApiProperty({
    type: Date,
    description: 'When the login ends at the latest; it ends earlier if it is not used',
  })
  expiresAt!: Date;
}
