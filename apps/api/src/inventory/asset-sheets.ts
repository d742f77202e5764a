import { Inject, Injectable, type StreamableFile } from '@nestjs/common';
import type { SheetFormat } from '#libs/contracts';
import { AssetExport, AssetImport, type AssetImportFields, type ExportSelection } from '#libs/inventory';
import { CLOCK, type Actor, type Clock } from '#libs/kernel';
import type { InBoth, SheetLanguage } from '../sheets/columns.js';
import type { ImportSubject } from '../sheets/import-desk.js';
import { datedName, listSheet, sendSheet } from '../sheets/sheet-writer.js';
import { sendTemplate } from '../sheets/template.js';
import { ASSET_COLUMNS } from './asset-columns.js';
import { AssetRowFields } from './asset-import.dto.js';

const TITLES: InBoth = { en: 'Assets', 'zh-CN': '资产' };

/** Assets as spreadsheets: what is imported, exported, and filled in. */
@Injectable()
export class AssetSheets {
  readonly subject: ImportSubject<AssetImportFields>;

  constructor(
    importer: AssetImport,
    private readonly exporter: AssetExport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.subject = {
      kind: 'assets',
      columns: ASSET_COLUMNS,
      fields: AssetRowFields,
      plan: (drafts) => importer.plan(drafts),
      run: (actor, rows, wishes) => importer.run(actor, rows, wishes),
    };
  }

  /** What the filter shows, in its order. */
  async export(
    actor: Actor,
    format: SheetFormat,
    language: SheetLanguage,
    filter: ExportSelection,
  ): Promise<StreamableFile> {
    const batches = await this.exporter.open(actor, format, filter);
    const sheet = listSheet(ASSET_COLUMNS, language, TITLES[language], batches);
    return sendSheet({ name: datedName('assets', this.clock.now()), format, sheets: [sheet] });
  }

  /** An empty sheet with explanations. */
  template(format: SheetFormat, language: SheetLanguage): StreamableFile {
    return sendTemplate(
      { columns: ASSET_COLUMNS, titles: TITLES, fileName: 'assets-template' },
      format,
      language,
    );
  }
}
