import type { SheetFormat } from '#libs/contracts';
import type { UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';
import type { TimelinePage, TimelineRequest } from './timeline.js';

const BATCH = 1_000;

/** What an auditor reads as lists. */
export type AuditList = 'sessions' | 'commands' | 'file-transfers' | 'login-attempts' | 'operations';

/** Gives whole audit lists away. */
export class AuditListExport {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * All rows that the list shows with this filter, in its order, however many: they are read as they leave. What comes
   * in meanwhile is newer than the first. The export stands in the operations log before its first row leaves.
   * @param read gives a page of the list
   */
  async open<Filter extends object, Row>(
    actor: Actor,
    list: AuditList,
    { format, filter }: { format: SheetFormat; filter: Filter },
    read: (part: Filter & TimelineRequest) => Promise<TimelinePage<Row>>,
  ): Promise<AsyncGenerator<Row[], void>> {
    const page = { page: 1, pageSize: BATCH };
    const first = await read({ ...filter, ...page });
    await this.unitOfWork.run(actor, (tx) =>
      tx.record({
        ...{ action: 'audit.export', subjectType: 'audit', subjectId: null, subjectName: list },
        after: { format, filter },
      }),
    );
    return walk(first, (cursor) => read({ ...filter, ...page, cursor }));
  }
}

async function* walk<Row>(
  first: TimelinePage<Row>,
  next: (cursor: string) => Promise<TimelinePage<Row>>,
): AsyncGenerator<Row[], void> {
  let { items, nextCursor } = first;
  while (items.length > 0) {
    yield items;
    if (nextCursor === null) return;
    ({ items, nextCursor } = await next(nextCursor));
  }
}
