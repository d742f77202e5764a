import { applyDecorators } from '@nestjs/common';
import { ApiProperty, PartialType } from '@nestjs/swagger';
import type { PushId, SudoAliasId, SystemUserId } from '#libs/kernel';
import { SYSTEM_USER_SORTS, type SystemUserDraft, type SystemUserRow } from '#libs/push';
import { ValidateBy } from 'class-validator';
import { Comment, Flag, IdList, Lines, QueryFlag, refusal, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';
import { AccountPassword, AccountPrivateKey, Passphrase, SecretsView } from '../inventory/secret-fields.js';

const GROUP_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

const ACCOUNT_NAME: TextForm = {
  pattern: /^(?!root$)[a-z_][a-z0-9_-]*$/,
  code: 'not_an_account_name',
  rule: 'Use a Linux name: small letters, digits, _ and -, first a letter or _. root is no system user.',
};

const SHELL: TextForm = {
  pattern: /^(?:\/[A-Za-z0-9_.+-]+)+$/,
  code: 'not_a_shell',
  rule: 'Write the path of the shell, like /bin/bash.',
};

const HOME: TextForm = {
  pattern: /^(?:(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.+-]+){2,})?$/,
  code: 'not_a_home',
  rule: 'Write the path of the home, like /srv/dev; blank: where the asset puts homes.',
};

/** Names of groups on assets. */
function GroupNames(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    Array.isArray(value) && value.every((name) => typeof name === 'string' && GROUP_NAME.test(name));
  const message = 'Each of these must be the name of a Linux group: small letters, digits, _ and -.';
  return applyDecorators(
    Lines(32, { optional: true, max: 32, description: 'Supplementary groups; they must exist on the asset' }),
    ValidateBy({ name: 'areGroups', validator: { validate } }, refusal('not_a_group_name', message)),
  );
}

/** A new system user: with a password, a private key, or a key to be generated. */
export class CreateSystemUser implements SystemUserDraft {
  @Text({
    min: 1,
    max: 32,
    form: ACCOUNT_NAME,
    example: 'dev',
  })
  username!: string;

  @AccountPassword()
  password?: string | null;

  @AccountPrivateKey()
  privateKey?: string | null;

  @Passphrase()
  passphrase?: string | null;

  @Flag({ optional: true, description: 'Makes a new ed25519 key; its private half is never shown' })
  generateKey?: boolean;

  @Flag({ optional: true, description: 'Makes a new password; it is never shown' })
  generatePassword?: boolean;

  @Text({
    optional: true,
    max: 255,
    form: SHELL,
    example: '/bin/bash',
  })
  shell?: string;

  @Text({
    optional: true,
    max: 255,
    form: HOME,
    description: 'Blank: where the asset puts homes',
  })
  home?: string;

  @Comment()
  comment?: string;

  @GroupNames()
  groups?: string[];

  @IdList({ optional: true, max: 100, description: 'What it may run by sudo' })
  sudoAliasIds?: SudoAliasId[];
}

/** What is given changes. */
export class UpdateSystemUser extends PartialType(CreateSystemUser, { skipNullProperties: false }) {}

/** How a system user is deleted. */
export class DeleteSystemUserQuery {
  @QueryFlag({ optional: true, description: 'true: take it back from all assets first' })
  recycle?: boolean;
}

/** A removal that takes a system user back from assets first. */
export class AcceptedRemoval {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description:
      'The push that does so: the system user goes when it has succeeded everywhere. null: it is gone',
  })
  pushId!: PushId | null;
}

/** Which system users a list shows. */
export class SystemUserListQuery extends ListQueryBy(...SYSTEM_USER_SORTS) {}

/** A sudo alias of a system user. */
export class LinkedSudoAlias {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SudoAliasId;

  @ApiProperty()
  name!: string;
}

/** A system user. Its secrets never come out. */
export class SystemUserView extends SecretsView implements SystemUserRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SystemUserId;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  shell!: string;

  @ApiProperty()
  home!: string;

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: String, isArray: true })
  groups!: string[];

  @ApiProperty({ type: LinkedSudoAlias, isArray: true })
  sudoAliases!: LinkedSudoAlias[];

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  sudoAliasIds!: SudoAliasId[];

  @ApiProperty({ type: 'integer', description: 'Assets on which it stands by a push record' })
  assetCount!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of system users. */
export class SystemUserPage extends PageOf(SystemUserView) {}
