import { ApiProperty } from '@nestjs/swagger';
import {
  FAULTS,
  SEAL_KINDS,
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
    description: 'Once a day, without the bytes of recordings',
  })
  lastCheck!: AuditCheckView | null;

  @ApiProperty({ type: Date, nullable: true, description: 'Since when a check is under way; null: none is' })
  checkingSince!: Date | null;
}
