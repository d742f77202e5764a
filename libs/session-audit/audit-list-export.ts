import type { SheetFormat } from '#libs/contracts';
import type { UnitOfWork } from '#libs/database';
import { Unavailable, type Actor, type Clock } from '#libs/kernel';
import type { TimelinePage, TimelineRequest } from './timeline.js';

const BATCH = 1_000;
/** Of one process at once: they keep its database busy. */
const OPEN_AT_MOST = 3;
/** One that nobody reads on counts no longer. */
const IDLE_MS = 60_000;

/** What an auditor reads as lists. */
export type AuditList = 'sessions' | 'commands' | 'file-transfers' | 'login-attempts' | 'operations';

/** Gives whole audit lists away. */
export class AuditListExport {
  /** By export under way: when it was last read, in milliseconds. */
  private readonly opened = new Map<symbol, number>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * All rows that the list shows with this filter, in its order, however many: they are read as they leave. What comes
   * in meanwhile is newer than the first. The export stands in the operations log before its first row leaves.
   * @param read gives a page of the list
   * @throws Unavailable when too many are under way
   */
  async open<Filter extends object, Row>(
    actor: Actor,
    list: AuditList,
    { format, filter }: { format: SheetFormat; filter: Filter },
    read: (part: Filter & TimelineRequest) => Promise<TimelinePage<Row>>,
  ): Promise<AsyncGenerator<Row[], void>> {
    const { opened } = this;
    const now = (): number => this.clock.now().getTime();
    for (const [one, read] of opened) if (read < now() - IDLE_MS) opened.delete(one);
    if (opened.size >= OPEN_AT_MOST)
      throw new Unavailable('Too many lists are being exported; try again in a moment.');
    const own = Symbol(list);
    opened.set(own, now());
    const page = { page: 1, pageSize: BATCH };
    const first = await read({ ...filter, ...page });
    await this.unitOfWork.run(actor, (tx) =>
      tx.record({
        ...{ action: 'audit.export', subjectType: 'audit', subjectId: null, subjectName: list },
        after: { format, filter },
      }),
    );
    const next = (cursor: string): Promise<TimelinePage<Row>> => {
      opened.set(own, now());
      return read({ ...filter, ...page, cursor, counted: first.total });
    };
    return walk(first, next, () => opened.delete(own));
  }
}

async function* walk<Row>(
  first: TimelinePage<Row>,
  next: (cursor: string) => Promise<TimelinePage<Row>>,
  done: () => void,
): AsyncGenerator<Row[], void> {
  try {
    let { items, nextCursor } = first;
    while (items.length > 0) {
      yield items;
      if (nextCursor === null) return;
      ({ items, nextCursor } = await next(nextCursor));
    }
  } finally {
    done();
  }
}
