import { ApiProperty } from '@nestjs/swagger';
import { IMPORT_KINDS, IMPORT_OUTCOMES, IMPORT_STATES, SHEET_FORMATS } from '#libs/contracts';
import type { ImportKind, ImportOutcome, ImportState, SheetFormat } from '#libs/contracts';
import type { ImportChange, KeptImport } from '#libs/database';
import type { ImportId } from '#libs/kernel';
import { Flag, OneOf, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { SheetLanguage } from './columns.js';

/** Languages of sheets. */
export const SHEET_LANGUAGES = ['en', 'zh-CN'] as const;

/** In which language messages, headers and explanations are. */
export class SheetLanguageQuery {
  @OneOf(SHEET_LANGUAGES, { optional: true, description: 'If left out: that of the user, else English' })
  language?: SheetLanguage;
}

/** What is uploaded. */
export class UploadQuery extends SheetLanguageQuery {
  @Text({ max: 255, optional: true, description: 'Name of the file, to be recognized by' })
  fileName?: string;
}

/** Which file is wanted. */
export class SheetFileQuery extends SheetLanguageQuery {
  @OneOf(SHEET_FORMATS, { description: 'Excel workbook, or CSV in UTF-8 with a byte order mark' })
  format!: SheetFormat;
}

/** As which file the refused rows are wanted. */
export class RefusedFileQuery {
  @OneOf(SHEET_LANGUAGES, { optional: true, description: 'Of the reasons. If left out: that of the import' })
  language?: SheetLanguage;

  @OneOf(SHEET_FORMATS, { optional: true, description: 'If left out: an Excel workbook' })
  format?: SheetFormat;
}

/** Which rows of an import are shown. */
export class ImportRowQuery extends ListQueryBy('row') {
  @OneOf(SHEET_LANGUAGES, {
    optional: true,
    description: 'Of titles and reasons. If left out: that of the import',
  })
  language?: SheetLanguage;

  @OneOf(IMPORT_OUTCOMES, { optional: true })
  outcome?: ImportOutcome;
}

/** How to run an import. */
export class RunImport {
  @Flag({ optional: true, description: 'true: one refused row refuses all; otherwise the good rows go in' })
  allOrNothing?: boolean;
}

/** Rows by what becomes of them. */
export class ImportCounts implements Record<ImportOutcome, number> {
  @ApiProperty({ type: 'integer' })
  added!: number;

  @ApiProperty({ type: 'integer' })
  changed!: number;

  @ApiProperty({ type: 'integer' })
  unchanged!: number;

  @ApiProperty({ type: 'integer' })
  refused!: number;
}

/** An uploaded spreadsheet: checked, running or done. */
export class ImportView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty()
  fileName!: string;

  @ApiProperty({ enum: IMPORT_STATES, enumName: 'ImportState' })
  state!: ImportState;

  @ApiProperty({
    description: 'Before the run what would become of the rows, afterwards what became of them',
  })
  counts!: ImportCounts;

  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'Rows that the run has dealt with' })
  progress!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Headers that name no field: left out' })
  unknownHeaders!: string[];

  @ApiProperty({ type: String, isArray: true, description: 'Further sheets of the workbook: left out' })
  otherSheets!: string[];

  @ApiProperty({ type: 'integer', description: 'Rows whose name begins with #: left out' })
  remarks!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;
}

/** One field that a row changes. */
export class ImportChangeView implements ImportChange {
  @ApiProperty()
  field!: string;

  @ApiProperty({ description: 'Header of the column in the file' })
  header!: string;

  @ApiProperty({ description: 'How the column is called in the language asked for' })
  title!: string;

  @ApiProperty({ description: 'Any JSON value', nullable: true, oneOf: [{}] })
  before!: unknown;

  @ApiProperty({ description: 'Any JSON value', nullable: true, oneOf: [{}] })
  after!: unknown;
}

/** Why a row is refused. */
export class ImportErrorView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'null: the file has no such column',
    example: 'C5',
  })
  cell!: string | null;

  @ApiProperty()
  field!: string;

  @ApiProperty({ description: 'Header of the column in the file, or how it would be called' })
  header!: string;

  @ApiProperty({ description: 'How the column is called in the language asked for' })
  title!: string;

  @ApiProperty({ description: 'What stands there' })
  text!: string;

  @ApiProperty({ description: 'Stable', example: 'unknown_group' })
  code!: string;

  @ApiProperty({ description: 'For the person, in the language asked for' })
  message!: string;
}

/** A row of an import. */
export class ImportRowView {
  @ApiProperty({ type: 'integer', description: 'As the spreadsheet counts' })
  row!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: IMPORT_OUTCOMES, enumName: 'ImportOutcome' })
  outcome!: ImportOutcome;

  @ApiProperty({ type: ImportChangeView, isArray: true })
  changes!: ImportChangeView[];

  @ApiProperty({ type: ImportErrorView, isArray: true })
  errors!: ImportErrorView[];
}

/** A page of rows. */
export class ImportRowPage extends PageOf(ImportRowView) {}

/** Which of one's own imports are shown. */
export class MyImportQuery extends ListQueryBy('createdAt') {
  @OneOf(IMPORT_STATES, { optional: true })
  state?: ImportState;
}

/** An import of one's own. */
export class MyImportView implements KeptImport {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: ImportId;

  @ApiProperty({ enum: IMPORT_KINDS, enumName: 'ImportKind' })
  kind!: ImportKind;

  @ApiProperty()
  fileName!: string;

  @ApiProperty({ enum: IMPORT_STATES, enumName: 'ImportState' })
  state!: ImportState;

  @ApiProperty({ type: 'integer', description: 'Rows that the run has dealt with' })
  progress!: number;

  @ApiProperty({ type: 'integer', description: 'Rows that it adds or changes' })
  writes!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;
}

/** A page of one's own imports. */
export class MyImportPage extends PageOf(MyImportView) {}
