import { ApiProperty } from '@nestjs/swagger';
import { ROLES, type Role } from '#libs/contracts';
import { SECOND_FACTOR_DEMANDS, type SecondFactorState, type SecurityPolicy } from '#libs/identity';
import { OneOf, SomeOf, Text } from '../http/fields.js';
import { Password } from './user.dto.js';

/** A code as typed, blanks and hyphens between its groups too. */
export function Code(options: { optional?: boolean } = {}): PropertyDecorator {
  const description = 'Six digits of the authenticator app, or a recovery code';
  return Text({ ...options, min: 1, max: 64, verbatim: true, description, example: '123456' });
}

/** The second step of a login. */
export class SecondFactorLogin {
  @Text({ min: 1, max: 128, description: 'Of the answer `second_factor_needed`' })
  challenge!: string;

  @Code()
  code!: string;
}

/** The beginning of a setup. */
export class BeginSecondFactor {
  @Password({ optional: true, description: 'Needed when the login is older than 10 min' })
  password?: string;
}

/** A code that was used for this change. */
export class SecondFactorCode {
  @Code()
  code!: string;
}

/** How the caller's second factor stands. */
export class SecondFactorView implements SecondFactorState {
  @ApiProperty({ type: Date, nullable: true, description: 'null: there is none' })
  since!: Date | null;

  @ApiProperty({ type: 'integer' })
  recoveryCodesLeft!: number;

  @ApiProperty({ description: 'Whether settings or an administrator demand one' })
  required!: boolean;
}

/** What an authenticator app needs. It counts after the first right code. */
export class SecondFactorSecret {
  @ApiProperty({ description: 'Base32; told this once', example: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  secret!: string;

  @ApiProperty({ description: 'The same for a QR code: `otpauth://totp/…`' })
  uri!: string;
}

/** Codes that stand in for the app, each once. */
export class RecoveryCodes {
  @ApiProperty({ type: String, isArray: true, description: 'Told this once' })
  recoveryCodes!: string[];
}

/** Security settings to store. */
export class SetSecurity {
  @OneOf(SECOND_FACTOR_DEMANDS, { description: 'Who must have a second factor' })
  secondFactorFor!: SecurityPolicy['secondFactorFor'];

  @SomeOf(ROLES, { optional: true, description: 'Counts with `roles`' })
  secondFactorRoles?: Role[];
}

/** Security settings. */
export class SecurityView implements SecurityPolicy {
  @ApiProperty({ enum: SECOND_FACTOR_DEMANDS, enumName: 'SecondFactorDemand' })
  secondFactorFor!: SecurityPolicy['secondFactorFor'];

  @ApiProperty({ enum: ROLES, enumName: 'Role', isArray: true })
  secondFactorRoles!: Role[];
}
