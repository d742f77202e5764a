import { ApiProperty } from '@nestjs/swagger';
import {
  CHECK_STANDINGS,
  FAULTS,
  SEAL_KINDS,
  type ApiCheck,
  type AuditCheck,
  type AuditProblem,
  type Checkpoint,
  type IntegrityState,
} from '#libs/session-audit';

/** A signature over the audit's chain up to a record. */
export class CheckpointView implements Checkpoint {
  @ApiProperty({ description: 'Records that it covers' })
  seq!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'SHA-256, hexadecimal' })
  chain!: string;

  @ApiProperty()
  keyId!: string;

  @ApiProperty({ description: 'Ed25519, base64' })
  signature!: string;
}

/** The first record that is not as it was sealed. */
export class AuditProblemView implements AuditProblem {
  @ApiProperty({ enum: FAULTS })
  fault!: AuditProblem['fault'];

  @ApiProperty({ type: Number, nullable: true, description: 'Place in the chain' })
  seq!: number | null;

  @ApiProperty({ type: String, enum: [...SEAL_KINDS, 'checkpoint', 'export'], nullable: true })
  kind!: AuditProblem['kind'];

  @ApiProperty({ type: String, nullable: true })
  id!: string | null;
}

/** What the last check of the rows found. */
export class AuditCheckView implements AuditCheck {
  @ApiProperty({ type: Date })
  at!: Date;

  @ApiProperty()
  records!: number;

  @ApiProperty({ type: AuditProblemView, nullable: true, description: 'null: whole' })
  problem!: AuditProblemView | null;
}

/** What one api of the installation found last. */
export class ApiCheckView implements ApiCheck {
  @ApiProperty({ format: 'uuid' })
  apiId!: string;

  @ApiProperty({ description: 'Name of its machine; empty: not known' })
  api!: string;

  @ApiProperty({
    enum: CHECK_STANDINGS,
    description:
      'withdrawn: it is gone from the database, where it was seen; unproven: nobody who has the key signed what stands there; overdue: none for two days',
  })
  standing!: ApiCheck['standing'];

  @ApiProperty({ type: AuditCheckView, nullable: true, description: 'null: nothing that can be believed' })
  check!: AuditCheckView | null;
}

/** How the audit's seals stand. */
export class IntegrityView implements IntegrityState {
  @ApiProperty({ description: 'PEM' })
  publicKey!: string;

  @ApiProperty({
    type: CheckpointView,
    nullable: true,
    description: 'The newest; its `seq` counts the sealed records',
  })
  checkpoint!: CheckpointView | null;

  @ApiProperty({ description: 'Finished rows that have no seal yet' })
  waiting!: number;

  @ApiProperty({
    type: AuditCheckView,
    nullable: true,
    description: 'The newest of any api; each checks once a day, without the bytes of recordings',
  })
  lastCheck!: AuditCheckView | null;

  @ApiProperty({ type: [ApiCheckView], description: 'What each api found last, the newest first' })
  checks!: ApiCheckView[];

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'Since when this api is checking; null: it is not',
  })
  checkingSince!: Date | null;
}
