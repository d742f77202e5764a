import { ApiProperty, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import type { SudoAliasId, SystemUserId } from '#libs/kernel';
import { SUDO_ALIAS_SORTS, type SudoAliasDraft, type SudoAliasRow } from '#libs/push';
import { Comment, Lines, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';

const ALIAS_NAME: TextForm = {
  pattern: /^(?!ALL$)[A-Z][A-Z0-9_]*$/,
  code: 'not_an_alias_name',
  rule: 'Use upper-case letters, digits and _, first a letter; ALL is taken by sudo itself.',
};

/** A new sudo alias. */
export class CreateSudoAlias implements SudoAliasDraft {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toUpperCase() : value))
  @Text({
    min: 1,
    max: 48,
    form: ALIAS_NAME,
    description: 'Is made upper-case',
    example: 'WEB_RESTART',
  })
  name!: string;

  @Lines(512, {
    min: 1,
    max: 200,
    description: 'Absolute paths with arguments, or ALL; as they are typed, nothing escaped',
    example: ['/usr/bin/systemctl restart nginx'],
  })
  commands!: string[];

  @Comment()
  comment?: string;
}

/** What is given changes. */
export class UpdateSudoAlias extends PartialType(CreateSudoAlias, { skipNullProperties: false }) {}

/** Which sudo aliases a list shows. */
export class SudoAliasListQuery extends ListQueryBy(...SUDO_ALIAS_SORTS) {}

/** A system user that is linked to a sudo alias. */
export class LinkedSystemUser {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SystemUserId;

  @ApiProperty()
  username!: string;
}

/** A sudo alias. */
export class SudoAliasView implements SudoAliasRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SudoAliasId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, isArray: true })
  commands!: string[];

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: LinkedSystemUser, isArray: true, description: 'Who may run it' })
  systemUsers!: LinkedSystemUser[];

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of sudo aliases. */
export class SudoAliasPage extends PageOf(SudoAliasView) {}
