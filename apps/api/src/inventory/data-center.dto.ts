import { isIP } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, PartialType } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { DATA_CENTER_SORTS, type DataCenterDraft, type DataCenterRow } from '#libs/inventory';
import type { DataCenterId } from '#libs/kernel';
import { Comment, Lines, Name, refusal, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

const MAX_TEXT = 255;

function isNetwork(text: unknown): boolean {
  const [, address = '', bits = ''] =
    typeof text === 'string' ? (/^([^/]+)\/(\d{1,3})$/.exec(text) ?? []) : [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return Number(bits) <= longest && !address.includes('%');
}

/** Networks in CIDR notation (RFC 4632 section 3.1). */
function Networks(): PropertyDecorator {
  const validate = (value: unknown): boolean => Array.isArray(value) && value.every(isNetwork);
  const message = 'Each of these must be a network like 10.1.0.0/16.';
  return applyDecorators(
    Lines(64, { optional: true, max: 256, description: 'In CIDR notation' }),
    ValidateBy({ name: 'areNetworks', validator: { validate } }, refusal('not_a_network', message)),
  );
}

/** A new data center. */
export class CreateDataCenter implements DataCenterDraft {
  @Name()
  name!: string;

  @Text({ optional: true, max: MAX_TEXT, example: '100 Mbit/s' })
  bandwidth?: string;

  @Text({ optional: true, max: MAX_TEXT })
  operator?: string;

  @Text({ optional: true, max: MAX_TEXT })
  contact?: string;

  @Text({ optional: true, max: MAX_TEXT })
  phone?: string;

  @Text({ optional: true, max: 1000, multiline: true, description: 'Postal' })
  address?: string;

  @Networks()
  networks?: string[];

  @Comment()
  comment?: string;
}

/** What is given changes. */
export class UpdateDataCenter extends PartialType(CreateDataCenter, { skipNullProperties: false }) {}

/** Which data centers a list shows. */
export class DataCenterListQuery extends ListQueryBy(...DATA_CENTER_SORTS) {}

/** A data center. */
export class DataCenterView implements DataCenterRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: DataCenterId;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  bandwidth!: string;

  @ApiProperty()
  operator!: string;

  @ApiProperty()
  contact!: string;

  @ApiProperty()
  phone!: string;

  @ApiProperty({ description: 'Postal' })
  address!: string;

  @ApiProperty({ type: String, isArray: true, description: 'In CIDR notation' })
  networks!: string[];

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: 'integer', description: 'Assets that stand there; they stay when it is deleted' })
  assetCount!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of data centers. */
export class DataCenterPage extends PageOf(DataCenterView) {}
