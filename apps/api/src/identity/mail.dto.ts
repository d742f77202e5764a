import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail } from 'class-validator';
import {
  MAIL_KINDS,
  MAIL_SECURITIES,
  MAIL_STATES,
  type MailKind,
  type MailSecurity,
  type MailState,
  type Role,
  roleHas,
} from '#libs/contracts';
import type { MailDraft, MailFilter, MailRow } from '#libs/identity';
import { Flag, Name, OneOf, Text, Whole } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';
import { NOT_AN_ADDRESS } from '../inventory/address-field.js';
import { NOT_AN_EMAIL, Password } from './user.dto.js';

const HOST_NAME: TextForm = {
  pattern: /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9.])?|\[?[0-9A-Fa-f:.]{2,45}\]?)?$/,
  ...NOT_AN_ADDRESS,
};

const SITE: TextForm = {
  pattern: /^https?:\/\/[^\s/?#@]+$/,
  code: 'not_a_site',
  rule: 'Write the address like https://gatehouse.example.org, without a path.',
};

/** Blanks at the ends don't count, and an empty text is none. */
function emptyIsNull(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim() || null : value,
  );
}

/** The address that mails come from; empty while mail is off. */
function SenderAddress(): PropertyDecorator {
  return applyDecorators(
    emptyIsNull(),
    Text({ max: 254, optional: true, nullable: true, example: 'gatehouse@example.org' }),
    IsEmail({}, NOT_AN_EMAIL),
  );
}

/** How mail leaves the product. */
export class SetMailSettings {
  @Flag({ description: 'false: nothing is mailed, nothing is queued' })
  enabled!: boolean;

  @Text({ max: 253, form: HOST_NAME })
  host!: string;

  @Whole({ min: 1, max: 65_535, example: 587 })
  port!: number;

  @OneOf(MAIL_SECURITIES)
  security!: MailSecurity;

  @emptyIsNull()
  @Text({ max: 256, optional: true, nullable: true, description: 'null: no login at the mail server' })
  username?: string | null;

  @Password({ optional: true, nullable: true, description: 'Blank keeps the stored one' })
  password?: string | null;

  @SenderAddress()
  senderAddress?: string | null;

  @Name()
  senderName!: string;

  @emptyIsNull()
  @Text({
    max: 100_000,
    multiline: true,
    optional: true,
    nullable: true,
    description: 'PEM certificates that are trusted besides the well-known ones',
  })
  ca?: string | null;

  @emptyIsNull()
  @Text({
    max: 500,
    optional: true,
    nullable: true,
    form: SITE,
    description: 'Address of the console in links; null: GATEHOUSE_PUBLIC_URL',
  })
  consoleUrl?: string | null;
}

/** How mail leaves the product; the password is never told. */
export class MailSettingsView {
  @ApiProperty()
  enabled!: boolean;

  @ApiProperty()
  host!: string;

  @ApiProperty({ type: 'integer' })
  port!: number;

  @ApiProperty({ enum: MAIL_SECURITIES, enumName: 'MailSecurity' })
  security!: MailSecurity;

  @ApiProperty({ type: String, nullable: true })
  username!: string | null;

  @ApiProperty()
  hasPassword!: boolean;

  @ApiProperty()
  senderAddress!: string;

  @ApiProperty()
  senderName!: string;

  @ApiProperty({ type: String, nullable: true })
  ca!: string | null;

  @ApiProperty({ type: String, nullable: true })
  consoleUrl!: string | null;
}

/** What came of a test mail. */
export class MailTestView {
  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ description: "The mail server's own words where it had some" })
  message!: string;
}

/** Which mails to list. */
export class MailListQuery extends ListQueryBy('createdAt') implements MailFilter {
  @OneOf(MAIL_STATES, { optional: true })
  state?: MailState;
}

/** A mail of the last 30 days. */
export class MailView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: MAIL_KINDS, enumName: 'MailKind' })
  kind!: MailKind;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  recipient!: string;

  @ApiProperty({ enum: MAIL_STATES, enumName: 'MailState' })
  state!: MailState;

  @ApiProperty({ type: 'integer' })
  tries!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the last try failed; null also for those who may not change settings',
  })
  reason!: string | null;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true, description: 'When it was sent or given up' })
  endedAt!: Date | null;
}

/** One page of mails. */
export class MailPage extends PageOf(MailView) {}

/** What became of the newest link by which a user was to set their password. */
export class PasswordLinkView {
  @ApiProperty({ type: MailView, nullable: true, description: 'null: none was mailed in the last 30 days' })
  mail!: MailView | null;
}

/** What was asked for as the settings it means. */
export function mailDraft(asked: SetMailSettings): MailDraft {
  const { enabled, host, port, security, senderName, password } = asked;
  const senderAddress = asked.senderAddress ?? '';
  const { username = null, ca = null, consoleUrl = null } = asked;
  return { enabled, host, port, security, username, senderAddress, senderName, ca, consoleUrl, password };
}

/** How a mail is shown to that role: what a mail server said tells of its address, which is a setting. */
export function mailView(mail: MailRow, viewer: Role): MailView {
  const { id, kind, username, recipient, state, tries, createdAt, endedAt } = mail;
  const reason = roleHas(viewer, 'settings.write') ? mail.reason : null;
  return { id, kind, username, recipient, state, tries, reason, createdAt, endedAt };
}
