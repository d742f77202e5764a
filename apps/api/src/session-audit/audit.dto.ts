import { ApiProperty } from '@nestjs/swagger';
import type { UserId } from '#libs/kernel';
import type {
  LoginAttemptFilter,
  LoginAttemptRecord,
  OperationEntry,
  OperationFilter,
} from '#libs/session-audit';
import { IdField, QueryFlag, Text } from '../http/fields.js';
import { TimelinePageOf, TimelineQueryBy } from './timeline-query.js';

/** Which login attempts to list. */
export class LoginAttemptListQuery extends TimelineQueryBy('at') implements LoginAttemptFilter {
  @IdField({ optional: true })
  userId?: UserId;

  @QueryFlag()
  succeeded?: boolean;
}

/** A login to the product, successful or not. */
export class LoginAttemptView implements LoginAttemptRecord {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: Date })
  at!: Date;

  @ApiProperty({ description: 'As typed' })
  username!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: no such user' })
  userId!: string | null;

  @ApiProperty()
  address!: string;

  @ApiProperty({ enum: ['console', 'api', 'token', 'ssh'] })
  way!: string;

  @ApiProperty({ example: 'publickey' })
  method!: string;

  @ApiProperty()
  succeeded!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was refused; the client was not told' })
  reason!: string | null;
}

/** One page of login attempts; `total` counts up to 10,000. */
export class LoginAttemptPage extends TimelinePageOf(LoginAttemptView) {}

/** Which operations to list. */
export class OperationListQuery extends TimelineQueryBy('at') implements OperationFilter {
  @IdField({ optional: true, description: 'Who did it' })
  actorId?: UserId;

  @Text({ max: 64, optional: true, example: 'asset.update' })
  action?: string;

  @Text({ max: 64, optional: true, example: 'asset' })
  subjectType?: string;

  @Text({ max: 64, optional: true })
  subjectId?: string;
}

/** A change that somebody made. */
export class OperationView implements OperationEntry {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: Date })
  at!: Date;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: the product itself' })
  actorId!: string | null;

  @ApiProperty()
  actorName!: string;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  @ApiProperty({ enum: ['console', 'api', 'token', 'ssh', 'system', 'command-line'] })
  way!: string;

  @ApiProperty({ example: 'asset.update' })
  action!: string;

  @ApiProperty({ example: 'asset' })
  subjectType!: string;

  @ApiProperty({ type: String, nullable: true })
  subjectId!: string | null;

  @ApiProperty()
  subjectName!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'What it was' })
  before!: Record<string, unknown> | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'What it became' })
  after!: Record<string, unknown> | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'By id: the name of what `before` and `after` mention, as it is now or was last',
  })
  names!: Record<string, string>;
}

/** One page of operations; `total` counts up to 10,000. */
export class OperationPage extends TimelinePageOf(OperationView) {}
