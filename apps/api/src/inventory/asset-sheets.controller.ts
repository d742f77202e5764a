import { Body, Controller, Get, HttpCode, Post, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags, IntersectionType } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Actor, ImportId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { ImportDesk } from '../sheets/import-desk.js';
import {
  ImportRowPage,
  ImportRowQuery,
  ImportView,
  RefusedFileQuery,
  RunImport,
  SheetFileQuery,
  UploadQuery,
} from '../sheets/import.dto.js';
import { sendRefused } from '../sheets/refused-file.js';
import { languageFor } from '../sheets/sheet-language.js';
import { readUpload } from '../sheets/sheet-reader.js';
import { GivesSheet, TakesSheet } from '../sheets/sheet-routes.js';
import { AssetExportFilter } from './asset-import.dto.js';
import { AssetSheets } from './asset-sheets.js';

class AssetExportQuery extends IntersectionType(AssetExportFilter, SheetFileQuery) {}

@ApiTags('assets')
@Controller('assets')
export class AssetSheetsController {
  constructor(
    private readonly sheets: AssetSheets,
    private readonly desk: ImportDesk,
  ) {}

  /** All assets that the filters show; stands in the operations log. */
  @Get('export')
  @Requires('inventory.export')
  @GivesSheet()
  exportAssets(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() { format, language, ...filter }: AssetExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export(actor, format, languageFor(language, caller), filter);
  }

  @Get('import-template')
  @Requires('inventory.import')
  @GivesSheet()
  getAssetTemplate(@CurrentCaller() caller: Caller, @Query() query: SheetFileQuery): StreamableFile {
    return this.sheets.template(query.format, languageFor(query.language, caller));
  }

  /** Checks a file and says what each row would do. Changes nothing. */
  @Post('imports')
  @Requires('inventory.import')
  @TakesSheet()
  @ApiCreatedResponse({ type: ImportView })
  async checkAssetImport(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() { fileName = '', language }: UploadQuery,
    @Req() request: Request,
  ): Promise<ImportView> {
    const note = { fileName, language: languageFor(language, caller) };
    return this.desk.check(actor, this.sheets.subject, await readUpload(request), note);
  }

  @Get('imports/:id')
  @Requires('inventory.import')
  @ApiOkResponse({ type: ImportView })
  getAssetImport(@CurrentActor() actor: Actor, @IdParam() id: ImportId): Promise<ImportView> {
    return this.desk.view(actor, 'assets', id);
  }

  @Get('imports/:id/rows')
  @Requires('inventory.import')
  @ApiOkResponse({ type: ImportRowPage })
  listAssetImportRows(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Query() query: ImportRowQuery,
  ): Promise<ImportRowPage> {
    return this.desk.rows(actor, this.sheets.subject, id, query);
  }

  /** Does what the check showed; answers when it is done. */
  @Post('imports/:id/run')
  @HttpCode(200)
  @Requires('inventory.import')
  @ApiOkResponse({ type: ImportView })
  async runAssetImport(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Body() { allOrNothing = false }: RunImport,
  ): Promise<ImportView> {
    await this.desk.run(actor, this.sheets.subject, id, allOrNothing);
    return this.desk.view(actor, 'assets', id);
  }

  /** The refused rows as they were uploaded, with the reasons: to mend and upload again. */
  @Get('imports/:id/refused-rows')
  @Requires('inventory.import')
  @GivesSheet()
  async getRefusedAssetRows(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Query() { format = 'xlsx', language }: RefusedFileQuery,
  ): Promise<StreamableFile> {
    const rows = await this.desk.refused(actor, 'assets', id, language);
    return sendRefused('assets-refused', format, rows);
  }
}
