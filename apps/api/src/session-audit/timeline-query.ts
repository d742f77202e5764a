import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { TimelinePage, TimelineRequest } from '#libs/session-audit';
import { Moment, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** What the period of most lists means. */
const PERIOD = { from: 'From this moment on', to: 'Before this moment' };

/**
 * Query of a list that only grows at its end.
 * @param at name of its time, the only field that it sorts by
 * @param period what `from` and `to` mean, where that is not just the time
 */
export function TimelineQueryBy(at: string, period = PERIOD): Type<TimelineRequest> {
  class TimelineQuery extends ListQueryBy(at) implements TimelineRequest {
    @Text({ max: 500, optional: true, description: '`nextCursor` of the page before; goes before `page`' })
    cursor?: string;

    @Moment({ optional: true, description: period.from })
    from?: string;

    @Moment({ optional: true, description: period.to })
    to?: string;
  }
  return TimelineQuery;
}

/** Answer of such a list. */
export function TimelinePageOf<T>(item: Type<T>): Type<TimelinePage<T>> {
  class Timeline extends PageOf(item) implements TimelinePage<T> {
    @ApiProperty({
      type: String,
      nullable: true,
      description: 'Where the next page begins; null: there is none',
    })
    nextCursor!: string | null;

    @ApiProperty({ description: '`total` were counted, there may be more' })
    totalIsLeast!: boolean;
  }
  return Timeline;
}
