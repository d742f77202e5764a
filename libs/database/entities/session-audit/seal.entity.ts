import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Audit rows that are finished and not sealed yet, in the order in which they were written. Triggers of the audited
 * tables fill it, in the transaction that writes the row.
 */
@Entity('audit_queue')
export class QueuedSeal {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  seq!: string;

  @Column('text')
  kind!: string;

  @Column('uuid')
  rowId!: string;

  @Column('timestamptz', { default: () => 'now()' })
  queuedAt!: Date;

  /** Until then it may still change lawfully, and waits. */
  @Column('timestamptz', { default: () => 'now()' })
  notBefore!: Date;
}

/** One link of the audit's hash chain (docs/adr/0012-sealed-audit.md). Links are added, never changed or removed. */
@Entity('audit_seals')
@Index(['kind', 'rowId'], { unique: true })
export class Seal {
  /** 1, 2, 3… without gaps. */
  @PrimaryColumn('bigint')
  seq!: string;

  @Column('text')
  kind!: string;

  @Column('uuid')
  rowId!: string;

  /** SHA-256 of the row or of the recording's file. */
  @Column('bytea')
  hash!: Buffer;

  /** More about it, as JSON; null for a row that stands in its table. */
  @Column('text', { nullable: true })
  body!: string | null;

  /** SHA-256 over the link before and all of this one. */
  @Column('bytea')
  chain!: Buffer;
}

/** A signature over the chain up to a link: the newest, and one of each hour. */
@Entity('audit_checkpoints')
export class SealCheckpoint {
  /** Of the link that it covers, with all before. */
  @PrimaryColumn('bigint')
  seq!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('bytea')
  chain!: Buffer;

  /** Which key signed: the first 16 hexadecimal digits of its SHA-256. */
  @Column('text')
  keyId!: string;

  /** Ed25519 (RFC 8032), base64. */
  @Column('text')
  signature!: string;
}

/** What the last check of the audit by one api found, as that api signed it: whoever writes this table can't forge it. */
@Entity('audit_checks')
export class PostedCheck {
  @PrimaryColumn('uuid')
  apiId!: string;

  /** JSON; the bytes that are signed. */
  @Column('text')
  statement!: string;

  @Column('text')
  keyId!: string;

  /** Ed25519 (RFC 8032), base64. */
  @Column('text')
  signature!: string;
}
