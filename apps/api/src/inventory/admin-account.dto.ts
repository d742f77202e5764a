import { ApiProperty, PartialType } from '@nestjs/swagger';
import { ADMIN_ACCOUNT_SORTS, type AdminAccountDraft, type AdminAccountRow } from '#libs/inventory';
import type { AdminAccountId } from '#libs/kernel';
import { Comment, Name, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';
import { AccountPassword, AccountPrivateKey, Passphrase, SecretsView } from './secret-fields.js';

const LOGIN_NAME: TextForm = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.@\\$-]*$/,
  code: 'not_a_login_name',
  rule: 'Use letters, digits and _ . @ \\ $ -, first a letter, a digit or _.',
};

/** A new admin account: with a password, a private key, or both. */
export class CreateAdminAccount implements AdminAccountDraft {
  @Name()
  name!: string;

  @Text({
    min: 1,
    max: 128,
    form: LOGIN_NAME,
    example: 'root',
  })
  username!: string;

  @AccountPassword()
  password?: string | null;

  @AccountPrivateKey()
  privateKey?: string | null;

  @Passphrase()
  passphrase?: string | null;

  @Comment()
  comment?: string;
}

/** What is given changes. */
export class UpdateAdminAccount extends PartialType(CreateAdminAccount, { skipNullProperties: false }) {}

/** Which admin accounts a list shows. */
export class AdminAccountListQuery extends ListQueryBy(...ADMIN_ACCOUNT_SORTS) {}

/** An admin account. Its secrets never come out. */
export class AdminAccountView extends SecretsView implements AdminAccountRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AdminAccountId;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  comment!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Assets that name it; those that use it by default not counted',
  })
  assetCount!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of admin accounts. */
export class AdminAccountPage extends PageOf(AdminAccountView) {}
