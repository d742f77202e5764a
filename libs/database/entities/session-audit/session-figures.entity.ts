import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * How many sessions began in a day that is over, and of how many users. A day is told by its bounds, as it is another
 * one in each time zone.
 */
@Entity('session_figures')
export class SessionFigures {
  @PrimaryColumn('timestamptz')
  startsAt!: Date;

  /** Exclusive. */
  @PrimaryColumn('timestamptz')
  endsAt!: Date;

  @Column('integer')
  sessions!: number;

  @Column('integer')
  users!: number;

  /** Whether its {@link SessionCount}s stand: of days in UTC only. */
  @Column('boolean', { default: false })
  hasCounts!: boolean;

  /** Whether the {@link SessionTotal}s of the days until its end stand. */
  @Column('boolean', { default: false })
  hasTotals!: boolean;
}

/** How many sessions one user, or one asset, had in a day (UTC) that is over. */
@Entity('session_counts')
export class SessionCount {
  @PrimaryColumn('date')
  day!: string;

  @PrimaryColumn('text')
  subject!: 'user' | 'asset';

  /** No foreign key: it counts on when user or asset are gone. */
  @PrimaryColumn('uuid')
  subjectId!: string;

  @Column('integer')
  sessions!: number;
}

/** How many sessions one user, or one asset, had in the days (UTC) before this one that a top list looks at. */
@Entity('session_totals')
@Index(['day', 'subject', 'sessions'])
export class SessionTotal {
  @PrimaryColumn('date')
  day!: string;

  @PrimaryColumn('text')
  subject!: 'user' | 'asset';

  @PrimaryColumn('uuid')
  subjectId!: string;

  @Column('integer')
  sessions!: number;
}
