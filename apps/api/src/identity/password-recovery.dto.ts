import { ApiProperty } from '@nestjs/swagger';
import { Text } from '../http/fields.js';
import { Password } from './user.dto.js';

/** Whose password was forgotten. */
export class ForgottenPassword {
  @Text({ min: 1, max: 256, verbatim: true, description: 'User name or e-mail address', example: 'alice' })
  username!: string;
}

/** The token of a mailed link and the password to set. */
export class SetPassword {
  @Text({ min: 1, max: 200, verbatim: true, description: 'What stands after the # of the link' })
  token!: string;

  @Password({ description: '12 to 256 characters, not the user name, none of the commonest' })
  newPassword!: string;
}

/** What the login page offers. */
export class LoginOptions {
  @ApiProperty({ description: 'Whether a link to set a new password can be mailed' })
  forgottenPassword!: boolean;
}
