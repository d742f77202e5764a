import { ApiProperty } from '@nestjs/swagger';
import { COMMAND_KINDS, type CommandKind } from '#libs/contracts';
import type { AssetId, SessionId, SystemUserId, UserId } from '#libs/kernel';
import type { CommandFilter, CommandRow, CommandSearch } from '#libs/session-audit';
import { IdField, OneOf, QueryFlag } from '../http/fields.js';
import { TimelinePageOf, TimelineQueryBy } from './timeline-query.js';

/** Which commands of a session to list. */
export class SessionCommandListQuery extends TimelineQueryBy('at') implements CommandFilter {
  @OneOf(COMMAND_KINDS, { optional: true })
  kind?: CommandKind;

  @QueryFlag()
  certain?: boolean;
}

/** Which commands to list; `q` is text in the command. */
export class CommandListQuery extends SessionCommandListQuery {
  @IdField({ optional: true })
  sessionId?: SessionId;

  @IdField({ optional: true })
  userId?: UserId;

  @IdField({ optional: true })
  assetId?: AssetId;

  @IdField({ optional: true })
  systemUserId?: SystemUserId;
}

/** Something that was entered in a session. Names are those of its time. */
export class CommandView implements CommandRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: CommandRow['id'];

  @ApiProperty({ type: String, format: 'uuid' })
  sessionId!: CommandRow['sessionId'];

  @ApiProperty({ type: String, format: 'uuid' })
  userId!: CommandRow['userId'];

  @ApiProperty()
  username!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: CommandRow['assetId'];

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: CommandRow['systemUserId'];

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ enum: COMMAND_KINDS, enumName: 'CommandKind' })
  kind!: CommandKind;

  @ApiProperty({ description: 'As the screen showed it; of a line that was not shown, its prompt' })
  command!: string;

  @ApiProperty({ description: 'The keys and the screen say the same' })
  certain!: boolean;

  @ApiProperty({ type: Date })
  at!: Date;

  @ApiProperty({ description: 'Seconds from the beginning of the recording' })
  offset!: number;
}

/** One page of commands; `total` counts up to 10,000, or 1,000 in which a text stands. */
export class CommandPage extends TimelinePageOf(CommandView) {}

/** One page of those that were searched. */
export class CommandSearchPage extends CommandPage implements CommandSearch {
  @ApiProperty({
    type: Date,
    nullable: true,
    description:
      'Commands before this moment were not searched: a text of one or two characters is looked for in the latest 150,000 of the period, or 20,000 of the user, asset or system user that is asked for. null: all were',
  })
  searchedFrom!: Date | null;
}
