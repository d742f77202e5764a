import { applyDecorators } from '@nestjs/common';
import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, ValidateBy } from 'class-validator';
import { ROLES, type Role } from '#libs/contracts';
import {
  PASSWORD_MAX,
  USERNAME_PATTERN,
  USERNAME_RULE,
  USER_SORTS,
  USER_STATES,
  type UserChanges,
  type UserFilter,
  type UserProfile,
  type UserState,
} from '#libs/identity';
import type { UserGroupId, UserId } from '#libs/kernel';
import {
  Flag,
  IdField,
  IdList,
  Moment,
  Name,
  OneOf,
  QueryFlag,
  refusal,
  Text,
  type FieldOptions,
} from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import { toDate } from '../http/moment.js';
import type { TextForm } from '../http/text-forms.js';

/** Languages of console and menu. */
export const LANGUAGES = ['en', 'zh-CN'] as const;

const USERNAME: TextForm = { pattern: USERNAME_PATTERN, code: 'not_a_username', rule: USERNAME_RULE };

/** How a text is refused that is no e-mail address. */
export const NOT_AN_EMAIL = refusal('not_an_email', 'This is no e-mail address.');

function Username(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    Text({ min: 1, max: 64, form: USERNAME, example: 'alice' }),
  );
}

/** An e-mail address; an empty text is none. */
export function Email(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (value === '' ? null : value)),
    Text({ max: 254, optional: true, nullable: true, example: 'alice@example.org' }),
    IsEmail({}, NOT_AN_EMAIL),
  );
}

/** `en` or `zh-CN`; null: as the client says. */
export function Language(): PropertyDecorator {
  return OneOf(LANGUAGES, { optional: true, nullable: true });
}

/** An IANA time zone name (RFC 6557); null: as the client says. */
export function TimeZone(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isTimeZone(value);
  const fault = refusal('not_a_time_zone', 'This is no IANA time zone.');
  return applyDecorators(
    Text({ max: 64, optional: true, nullable: true, example: 'Asia/Shanghai' }),
    ValidateBy({ name: 'not_a_time_zone', validator: { validate } }, fault),
  );
}

/** Offsets such as `+01:00` are no names: they know no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError: unknown name
  }
}

/** A password as typed. Whether it may be chosen is decided further in. */
export function Password(options: FieldOptions = {}): PropertyDecorator {
  return Text({ ...options, max: 4 * PASSWORD_MAX, verbatim: true });
}

/** A new user. */
export class CreateUser {
  @Username()
  username!: string;

  @Name()
  name!: string;

  @Email()
  email?: string | null;

  @OneOf(ROLES)
  role!: Role;

  @Password({ optional: true, description: 'Left out or empty: a one-time password is made' })
  password?: string;

  @Flag({ optional: true, description: 'Mails a link to set the password, in place of a one-time password' })
  mailPasswordLink?: boolean;

  @Flag({ optional: true, description: 'Whether the given password only serves to choose another' })
  mustChangePassword?: boolean;

  @Flag({ optional: true, description: 'Whether they must have a second factor; false if left out' })
  secondFactorRequired?: boolean;

  @IdList({ optional: true })
  groupIds?: UserGroupId[];

  @Flag({ optional: true, description: 'true if left out' })
  active?: boolean;

  @Moment({
    optional: true,
    nullable: true,
    description: 'When the account ends: this moment no longer counts; null: never',
  })
  validUntil?: string | null;

  @Language()
  language?: string | null;
}

/** What changes; what is left out stays, as does the password when it is empty. */
export class UpdateUser extends PartialType(OmitType(CreateUser, ['mailPasswordLink']), {
  skipNullProperties: false,
}) {}

/** The wish as the domain takes it: moments as dates. @throws ValidationFailed */
export function toUserChanges<T extends CreateUser | UpdateUser>({
  validUntil,
  ...rest
}: T): Omit<T, 'validUntil'> & Pick<UserChanges, 'validUntil'> {
  return { ...rest, validUntil: toDate('validUntil', validUntil) };
}

/** Users to delete. */
export class DeleteUsers {
  @IdList({ min: 1, max: 1000 })
  ids!: UserId[];
}

/** Which users to list. */
export class UserListQuery extends ListQueryBy(...USER_SORTS) implements UserFilter {
  @OneOf(ROLES, { optional: true })
  role?: Role;

  @QueryFlag()
  active?: boolean;

  @OneOf(USER_STATES, {
    optional: true,
    description: 'Whether they can log in now: `active`; `disabled` by hand; `ended` by their own date',
  })
  state?: UserState;

  @IdField({ optional: true, description: 'Members of this user group' })
  groupId?: UserGroupId;

  @QueryFlag({ optional: true, description: 'Whether `assetCount` is worked out' })
  withAssetCount?: boolean;
}

/** A user. */
export class UserView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  email!: string | null;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  role!: Role;

  @ApiProperty()
  active!: boolean;

  @ApiProperty({ type: Date, nullable: true, description: 'When the account ends; null: never' })
  validUntil!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: as the client says' })
  language!: string | null;

  @ApiProperty()
  mustChangePassword!: boolean;

  @ApiProperty()
  hasPassword!: boolean;

  @ApiProperty({ description: 'Whether an administrator demands one of this user' })
  secondFactorRequired!: boolean;

  @ApiProperty()
  hasSecondFactor!: boolean;

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  groupIds!: string[];

  @ApiProperty({ type: 'integer' })
  publicKeyCount!: number;

  @ApiProperty({
    type: 'integer',
    required: false,
    description: 'Assets that rules let the user reach now; in lists that ask for it',
  })
  assetCount?: number;

  @ApiProperty({
    type: Date,
    nullable: true,
    required: false,
    description:
      'Until when too many wrong passwords or codes keep the user out; where one user is asked for',
  })
  lockedUntil?: Date | null;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A user who was just added. */
export class CreatedUser extends UserView {
  @ApiProperty({ required: false, description: 'Told this once' })
  oneTimePassword?: string;
}

/** A password that serves to choose another. */
export class OneTimePassword {
  @ApiProperty({ description: 'Told this once' })
  oneTimePassword!: string;
}

/** One page of users. */
export class UserPage extends PageOf(UserView) {}

/** How a user is shown: named field by field, so that a new column doesn't show by itself. */
export function userView(user: UserProfile): UserView {
  const { id, username, name, email, role, active, validUntil, language, mustChangePassword } = user;
  const { hasPassword, groupIds, publicKeyCount, createdAt, updatedAt } = user;
  const { secondFactorRequired, hasSecondFactor } = user;
  const factors = { secondFactorRequired, hasSecondFactor };
  const login = { mustChangePassword, hasPassword, publicKeyCount, ...factors };
  const times = { validUntil, createdAt, updatedAt };
  return { id, username, name, email, role, active, language, ...login, groupIds, ...times };
}
