import { ApiProperty } from '@nestjs/swagger';
import type { DashboardFigures, DayFigures, PushFailure, TopEntry } from '#libs/session-audit';
import { TimeZone } from '../identity/user.dto.js';
import { ToldView } from '../runs/told.dto.js';
import { LoginAttemptView } from './audit.dto.js';

/** In whose days to count. */
export class DashboardQuery {
  @TimeZone()
  timeZone?: string | null;
}

/** What there is now. */
export class CountersView {
  @ApiProperty({ type: 'integer' })
  users!: number;

  @ApiProperty({ type: 'integer' })
  assets!: number;

  @ApiProperty({ type: 'integer', description: 'Users with a session under way' })
  onlineUsers!: number;

  @ApiProperty({ type: 'integer' })
  onlineSessions!: number;
}

/** A day of the time zone asked for. */
export class DayView implements DayFigures {
  @ApiProperty({ format: 'date' })
  day!: string;

  @ApiProperty({ type: 'integer', description: 'Sessions that began on it' })
  sessions!: number;

  @ApiProperty({ type: 'integer', description: 'Users who began one' })
  users!: number;
}

/** A user or an asset and its number of sessions. */
export class TopEntryView implements TopEntry {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer' })
  sessions!: number;
}

/** A system user whose last push to an asset failed. */
export class PushFailureView implements PushFailure {
  @ApiProperty({ format: 'uuid' })
  systemUserId!: string;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ format: 'uuid' })
  assetId!: string;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ example: 'key' })
  mode!: string;

  @ApiProperty({ description: 'Why' })
  failure!: string;

  @ApiProperty({ type: ToldView, nullable: true, description: 'The same by code, where it has one' })
  failureTold!: ToldView | null;

  @ApiProperty({ type: Date })
  pushedAt!: Date;
}

/** Pushes that failed and were not done again since. */
export class PushFailuresView {
  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: PushFailureView, isArray: true, description: 'The latest' })
  items!: PushFailureView[];
}

/** How the whole product is used. */
export class DashboardView implements DashboardFigures {
  @ApiProperty({ type: CountersView })
  counters!: CountersView;

  @ApiProperty({ type: DayView, isArray: true, description: 'The last 30 days, today last' })
  days!: DayView[];

  @ApiProperty({ type: TopEntryView, isArray: true, description: 'Of the last 30 days in UTC' })
  topUsers!: TopEntryView[];

  @ApiProperty({ type: TopEntryView, isArray: true, description: 'Of the last 30 days in UTC' })
  topAssets!: TopEntryView[];

  @ApiProperty({ type: LoginAttemptView, isArray: true, description: 'The latest, refused ones too' })
  lastLogins!: LoginAttemptView[];

  @ApiProperty({ type: PushFailuresView })
  pushFailures!: PushFailuresView;
}

/** What the caller has now. */
export class MyCountersView {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Users whom the caller sees; null: they see none but themselves',
  })
  users!: number | null;

  @ApiProperty({ type: 'integer', description: 'Assets that the caller may log in to' })
  assets!: number;

  @ApiProperty({ type: 'integer' })
  onlineSessions!: number;
}

/** A day of the caller. */
export class MyDayView {
  @ApiProperty({ format: 'date' })
  day!: string;

  @ApiProperty({ type: 'integer', description: 'Sessions that began on it' })
  sessions!: number;
}

/** How the caller uses the product. */
export class MyDashboardView {
  @ApiProperty({ type: MyCountersView })
  counters!: MyCountersView;

  @ApiProperty({ type: MyDayView, isArray: true, description: 'The last 30 days, today last' })
  days!: MyDayView[];

  @ApiProperty({ type: TopEntryView, isArray: true, description: 'Of the last 30 days' })
  topAssets!: TopEntryView[];

  @ApiProperty({ type: LoginAttemptView, isArray: true, description: 'The latest, refused ones too' })
  lastLogins!: LoginAttemptView[];
}
