import { Inject, Injectable, type StreamableFile } from '@nestjs/common';
import type { SheetFormat } from '#libs/contracts';
import { CLOCK, type Actor, type Clock } from '#libs/kernel';
import {
  AuditListExport,
  type AuditList,
  type TimelinePage,
  type TimelineRequest,
} from '#libs/session-audit';
import { languageFor } from '../sheets/sheet-language.js';
import type { SheetLanguage } from '../sheets/columns.js';
import { datedName, listSheet, sendSheet } from '../sheets/sheet-writer.js';
import type { Caller } from '../http/caller.js';
import { AUDIT_COLUMNS, AUDIT_TITLES } from './audit-columns.js';
import { saidIn } from './audit-words.js';

/** What is asked for: a filter, and as which file. */
type Wanted<Filter> = Filter & { format: SheetFormat; language?: SheetLanguage };

/** Who asks. */
export interface Asker {
  actor: Actor;
  caller: Caller;
}

/** Audit lists as spreadsheets. */
@Injectable()
export class AuditSheets {
  constructor(
    private readonly exporter: AuditListExport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All rows of the list that the filter shows. @param read gives a page of it */
  async export<Filter extends object, Row extends object>(
    { actor, caller }: Asker,
    list: AuditList,
    { format, language: asked, ...filter }: Wanted<Filter>,
    read: (part: Omit<Wanted<Filter>, 'format' | 'language'> & TimelineRequest) => Promise<TimelinePage<Row>>,
  ): Promise<StreamableFile> {
    const language = languageFor(asked, caller);
    const rows = written(
      await this.exporter.open(actor, list, { format, filter }, read),
      saidIn(list, language),
    );
    const sheet = listSheet(AUDIT_COLUMNS[list], language, AUDIT_TITLES[list][language], rows);
    return sendSheet({ name: datedName(list, this.clock.now()), format, sheets: [sheet] });
  }
}

async function* written(
  batches: AsyncGenerator<object[], void>,
  said: (row: Record<string, unknown>) => Record<string, unknown>,
): AsyncGenerator<Record<string, unknown>[], void> {
  for await (const batch of batches) yield batch.map((row) => said({ ...row }));
}
