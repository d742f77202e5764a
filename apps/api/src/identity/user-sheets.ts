import { Inject, Injectable, type StreamableFile } from '@nestjs/common';
import type { SheetFormat } from '#libs/contracts';
import {
  UserExport,
  UserImport,
  type UserExportSelection,
  type UserImportFields,
  type UserRunCounts,
} from '#libs/identity';
import { CLOCK, type Actor, type Clock } from '#libs/kernel';
import type { InBoth, SheetColumns, SheetLanguage } from '../sheets/columns.js';
import type { ImportSubject } from '../sheets/import-desk.js';
import { datedName, listSheet, sendSheet } from '../sheets/sheet-writer.js';
import { sendTemplate } from '../sheets/template.js';
import { USER_COLUMNS } from './user-columns.js';
import { UserRowFields } from './user-sheets.dto.js';

const TITLES: InBoth = { en: 'Users', 'zh-CN': '用户' };
const [KEY_COLUMN, ...OTHER_COLUMNS] = USER_COLUMNS;
/** A user has any number of keys, a cell takes one: exports leave them out. */
const EXPORTED: SheetColumns = [KEY_COLUMN, ...OTHER_COLUMNS.filter(({ field }) => field !== 'publicKey')];

/** Users as spreadsheets: what is imported, exported, and filled in. */
@Injectable()
export class UserSheets {
  /** Whoever is new gets a one-time password. */
  readonly subject: ImportSubject<UserImportFields, UserRunCounts>;
  /** Whoever is new is mailed a link to set the password. */
  readonly inviting: ImportSubject<UserImportFields, UserRunCounts>;

  constructor(
    importer: UserImport,
    private readonly exporter: UserExport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const subject = (mailPasswordLinks: boolean): ImportSubject<UserImportFields, UserRunCounts> => ({
      kind: 'users',
      columns: USER_COLUMNS,
      fields: UserRowFields,
      plan: (drafts) => importer.plan(drafts),
      run: (actor, rows, wishes) => importer.run(actor, rows, { ...wishes, mailPasswordLinks }),
    });
    this.subject = subject(false);
    this.inviting = subject(true);
  }

  /** What the filter shows, in its order. */
  async export(
    actor: Actor,
    format: SheetFormat,
    language: SheetLanguage,
    filter: UserExportSelection,
  ): Promise<StreamableFile> {
    const batches = await this.exporter.open(actor, format, filter);
    const sheet = listSheet(EXPORTED, language, TITLES[language], batches);
    return sendSheet({ name: datedName('users', this.clock.now()), format, sheets: [sheet] });
  }

  /** An empty sheet with explanations. */
  template(format: SheetFormat, language: SheetLanguage): StreamableFile {
    return sendTemplate(
      { columns: USER_COLUMNS, titles: TITLES, fileName: 'users-template' },
      format,
      language,
    );
  }
}
