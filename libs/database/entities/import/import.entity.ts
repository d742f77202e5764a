import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ImportKind, ImportOutcome, ImportState } from '#libs/contracts';
import type { FieldError, ImportId, UserId } from '#libs/kernel';
import { User } from '../identity/user.entity.js';

/** A spreadsheet that somebody uploaded and that was checked: kept for an hour, until they run it. */
@Entity('imports')
export class Import {
  @PrimaryColumn('uuid')
  id!: ImportId;

  @Column('text')
  kind!: ImportKind;

  /** Nobody else sees it. */
  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  actorId!: UserId;

  @Column('text')
  fileName!: string;

  /** Of the messages, BCP 47. */
  @Column('text')
  language!: string;

  @Column('text')
  state!: ImportState;

  /** The headers as they stand in the file. */
  @Column('text', { array: true })
  headers!: string[];

  /** Headers that name no field: their columns are left out. */
  @Column('text', { array: true })
  unknownHeaders!: string[];

  /** Sheets of the workbook that are left out. */
  @Column('text', { array: true })
  otherSheets!: string[];

  /** Rows whose name begins with `#`: left out. */
  @Column('integer')
  remarks!: number;

  /** Rows that the run has dealt with. */
  @Column('integer', { default: 0 })
  progress!: number;

  /** When the run last gave a sign of life. */
  @Column('timestamptz', { nullable: true })
  aliveAt!: Date | null;

  @Index()
  @Column('timestamptz')
  createdAt!: Date;
}

/** A field that a row changes. */
export interface ImportChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** A row of an uploaded spreadsheet. */
@Entity('import_rows')
@Index(['importId', 'outcome', 'row'])
export class ImportRow {
  @ForeignKey(() => Import, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  importId!: ImportId;

  /** As the spreadsheet counts. */
  @PrimaryColumn('integer')
  row!: number;

  /** Name or user name. */
  @Column('text')
  name!: string;

  @Column('text')
  outcome!: ImportOutcome;

  /** What stood in the cells, in the order of the headers. */
  @Column('text', { array: true })
  cells!: string[];

  /** What it asks for, field by field. */
  @Column('jsonb')
  fields!: Record<string, unknown>;

  @Column('jsonb')
  changes!: ImportChange[];

  @Column('jsonb')
  errors!: FieldError[];
}
