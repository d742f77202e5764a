import { ApiProperty } from '@nestjs/swagger';
import {
  UNAVAILABLE_REASONS,
  type FaultParams,
  type FieldError,
  type UnavailableReason,
  type UsedBy,
} from '#libs/kernel';

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** One wrong field of a request. */
export class ProblemField implements FieldError {
  @ApiProperty({ description: 'Path of the field, empty for the body itself', example: 'hostKeys.0' })
  field!: string;

  @ApiProperty({ description: 'Stable', example: 'too_long' })
  code!: string;

  @ApiProperty({ description: 'For the person' })
  message!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    selfRequired: false,
    description: 'The limits in the message, to say it in another language',
    example: { max: 128 },
  })
  params?: FaultParams;
}

/** What uses a thing that can't be deleted because of it. */
export class ProblemUser implements UsedBy {
  @ApiProperty({ description: 'What kind of thing', example: 'asset' })
  type!: string;

  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;
}

/** A system user that doesn't stand on an asset. */
export class ProblemPush {
  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: string;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: string;

  @ApiProperty()
  systemUsername!: string;
}

/** Failure of a request: problem details of RFC 9457. */
export class Problem {
  @ApiProperty({ example: 'about:blank' })
  type!: string;

  @ApiProperty({ description: 'The status in words', example: 'Unprocessable Entity' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 422 })
  status!: number;

  @ApiProperty({ description: 'Which failure it is; stable', example: 'validation_failed' })
  code!: string;

  @ApiProperty({ description: 'What happened and what to do next' })
  detail!: string;

  @ApiProperty({ type: ProblemField, isArray: true, required: false })
  errors?: FieldError[];

  @ApiProperty({ type: ProblemUser, isArray: true, required: false, description: 'Of `in_use`: the first' })
  usedBy?: ProblemUser[];

  @ApiProperty({ type: 'integer', required: false, description: 'Of `in_use`: how many there are in all' })
  usedByCount?: number;

  @ApiProperty({
    type: ProblemPush,
    isArray: true,
    required: false,
    description: 'Of `not_pushed`: the first',
  })
  missing?: ProblemPush[];

  @ApiProperty({
    type: 'integer',
    required: false,
    description: 'Of `not_pushed`: how many there are in all',
  })
  missingCount?: number;

  @ApiProperty({
    enum: UNAVAILABLE_REASONS,
    enumName: 'UnavailableReason',
    required: false,
    description: 'Of `unavailable`: which part does not answer, where that is known',
  })
  reason?: UnavailableReason;
}
