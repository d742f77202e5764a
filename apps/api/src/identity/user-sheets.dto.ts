import { ApiProperty, IntersectionType, OmitType, PartialType } from '@nestjs/swagger';
import type { AddedUser, UserImportFields } from '#libs/identity';
import { Flag, Lines, Text } from '../http/fields.js';
import { ImportView, RunImport, SheetFileQuery } from '../sheets/import.dto.js';
import { CreateUser, UserListQuery } from './user.dto.js';

const MAX_KEY_LINE = 16_384;

/** A row of a spreadsheet of users: as REST takes a user, but groups stand by their names. */
export class UserRowFields
  extends PartialType(
    OmitType(CreateUser, ['password', 'mustChangePassword', 'secondFactorRequired', 'groupIds']),
    { skipNullProperties: false },
  )
  implements UserImportFields
{
  @Lines(128, { optional: true, max: 100 })
  groups?: string[];

  @Text({ max: MAX_KEY_LINE, optional: true, verbatim: true })
  publicKey?: string;
}

/** Which users an export holds: those that a list with these filters shows, in its order. */
export class UserExportQuery extends IntersectionType(
  OmitType(UserListQuery, ['page', 'pageSize', 'withAssetCount']),
  SheetFileQuery,
) {}

/** A user who was added. */
export class AddedUserView implements AddedUser {
  @ApiProperty()
  username!: string;

  @ApiProperty({ description: 'Told this once' })
  oneTimePassword!: string;
}

/** How to run an import of users. */
export class RunUserImport extends RunImport {
  @Flag({
    optional: true,
    description:
      'true: new users with an e-mail address are mailed a link to set their password, in place of a one-time password',
  })
  mailPasswordLinks?: boolean;
}

/** An import of users that has run. */
export class UserImportRun extends ImportView {
  @ApiProperty({ type: AddedUserView, isArray: true, description: 'New users with a one-time password' })
  addedUsers!: AddedUserView[];

  @ApiProperty({ type: 'integer', description: 'New users to whom a link is mailed' })
  mailed!: number;
}
