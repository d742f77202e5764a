import { ApiProperty } from '@nestjs/swagger';
import { END_REASONS, SESSION_KINDS, type EndReason, type SessionKind } from '#libs/contracts';
import type { AssetId, SystemUserId, UserId } from '#libs/kernel';
import {
  GAP_KINDS,
  type GapKind,
  type SessionFilter,
  type SessionGap,
  type SessionRecord,
} from '#libs/session-audit';
import { IdField, OneOf, Text } from '../http/fields.js';
import { TimelinePageOf, TimelineQueryBy } from './timeline-query.js';

const STATES = ['online', 'ended'] as const;

/** A session belongs to each period in which it was open. */
const PERIOD = {
  from: 'Open at this moment or later: not ended before it',
  to: 'Started before this moment',
};

/** Which of the own sessions to list. */
export class MySessionListQuery extends TimelineQueryBy('startedAt', PERIOD) implements SessionFilter {
  @OneOf(STATES, { optional: true })
  state?: (typeof STATES)[number];

  @IdField({ optional: true })
  assetId?: AssetId;

  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @OneOf(SESSION_KINDS, { optional: true })
  kind?: SessionKind;

  @Text({ max: 500, optional: true, description: 'Text in one of its commands' })
  entered?: string;
}

/** Which sessions to list. */
export class SessionListQuery extends MySessionListQuery {
  @IdField({ optional: true })
  userId?: UserId;
}

/** A session. Names are those of its time. */
export class SessionView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: SESSION_KINDS, enumName: 'SessionKind' })
  kind!: SessionKind;

  @ApiProperty({ format: 'uuid' })
  userId!: string;

  @ApiProperty()
  username!: string;

  @ApiProperty({ format: 'uuid' })
  assetId!: string;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ format: 'uuid' })
  systemUserId!: string;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty()
  sourceAddress!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Command line of an exec session' })
  command!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'host:port that a forwarding reached from the asset, or where it listened there',
  })
  destination!: string | null;

  @ApiProperty({ type: Date })
  startedAt!: Date;

  @ApiProperty({ type: Date, nullable: true, description: 'null: online' })
  endedAt!: Date | null;

  @ApiProperty({ enum: END_REASONS, enumName: 'EndReason', nullable: true })
  endReason!: EndReason | null;

  @ApiProperty({ type: String, nullable: true })
  endDetail!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  exitStatus!: number | null;

  @ApiProperty({ type: 'integer', description: 'Bytes from the user to the asset' })
  bytesIn!: number;

  @ApiProperty({ type: 'integer', description: 'Bytes from the asset to the user' })
  bytesOut!: number;

  @ApiProperty()
  recorded!: boolean;

  @ApiProperty({ type: 'integer', description: 'Stored size of the recording in bytes' })
  recordingBytes!: number;

  @ApiProperty({ type: 'integer', description: 'Commands so far' })
  commandCount!: number;
}

/** Something that is missing of a session. */
export class SessionGapView implements SessionGap {
  @ApiProperty({ enum: GAP_KINDS, enumName: 'SessionGapKind' })
  kind!: GapKind;

  @ApiProperty({ type: Date })
  from!: Date;

  @ApiProperty({ type: Date })
  to!: Date;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Of a recording: output that is missing' })
  bytes!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of records: how many its gateway could keep nowhere, of all its sessions',
  })
  records!: number | null;
}

/** One session, and what is missing of it. */
export class SessionDetail extends SessionView {
  @ApiProperty({ type: SessionGapView, isArray: true, description: 'The first first' })
  gaps!: SessionGapView[];
}

/** One page of sessions; `total` counts up to 10,000. */
export class SessionPage extends TimelinePageOf(SessionView) {}

/** How a session is shown: without where its recording lies. */
export function sessionView({ recordingPath, ...session }: SessionRecord): SessionView {
  return { ...session, recorded: recordingPath !== null };
}
