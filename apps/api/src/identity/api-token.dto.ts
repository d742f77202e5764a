import { ApiProperty } from '@nestjs/swagger';
import type { ApiToken } from '#libs/database';
import type { NewApiToken } from '#libs/identity';
import { Flag, Lines, Moment, Name } from '../http/fields.js';
import { toDate } from '../http/moment.js';

/** A token to make. */
export class CreateApiToken {
  @Name({ description: 'What it is for' })
  name!: string;

  @Moment({ nullable: true, description: 'When it ends; null, said outright: never by itself' })
  expiresAt!: string | null;

  @Lines(64, {
    optional: true,
    max: 50,
    description: 'Networks in CIDR notation from which it counts; empty: from everywhere',
    example: ['10.20.0.0/16', '2001:db8::/32'],
  })
  networks?: string[];

  @Flag({ optional: true, description: 'Whether it only reads (GET)' })
  readOnly?: boolean;
}

/** An API token without its text. */
export class ApiTokenView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  readOnly!: boolean;

  @ApiProperty({ type: String, isArray: true, description: 'CIDR; empty: from everywhere' })
  networks!: string[];

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true, description: 'null: never by itself' })
  expiresAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'To the minute' })
  lastUsedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'Address' })
  lastUsedFrom!: string | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When it was last refused because of the network that it came from',
  })
  lastRefusedAt!: Date | null;
}

/** A token that was just made. */
export class MadeApiToken extends ApiTokenView {
  @ApiProperty({ description: 'For `Authorization: Bearer`. Told this once' })
  token!: string;
}

/** The tokens of a user. */
export class ApiTokenList {
  @ApiProperty({ type: ApiTokenView, isArray: true })
  items!: ApiTokenView[];

  @ApiProperty({ type: 'integer' })
  total!: number;
}

/** How a token is shown. */
export function apiTokenView(token: ApiToken): ApiTokenView {
  const { id, name, readOnly, networks, createdAt, expiresAt } = token;
  const { lastUsedAt, lastUsedFrom, lastRefusedAt } = token;
  return { id, name, readOnly, networks, createdAt, expiresAt, lastUsedAt, lastUsedFrom, lastRefusedAt };
}

/** How the tokens of a user are shown. */
export function apiTokenList(tokens: readonly ApiToken[]): ApiTokenList {
  return { items: tokens.map(apiTokenView), total: tokens.length };
}

/** The wish as the domain takes it. @throws ValidationFailed */
export function toNewApiToken({ expiresAt, ...rest }: CreateApiToken): NewApiToken {
  return { ...rest, expiresAt: expiresAt === null ? null : toDate('expiresAt', expiresAt) };
}
