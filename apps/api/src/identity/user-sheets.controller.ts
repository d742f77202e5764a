import { Body, Controller, Get, HttpCode, Post, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Actor, ImportId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { ImportDesk } from '../sheets/import-desk.js';
import {
  ImportRowPage,
  ImportRowQuery,
  ImportView,
  RefusedFileQuery,
  SheetFileQuery,
  UploadQuery,
} from '../sheets/import.dto.js';
import { sendRefused } from '../sheets/refused-file.js';
import { languageFor } from '../sheets/sheet-language.js';
import { readUpload } from '../sheets/sheet-reader.js';
import { GivesSheet, TakesSheet } from '../sheets/sheet-routes.js';
import { RunUserImport, UserExportQuery, UserImportRun } from './user-sheets.dto.js';
import { UserSheets } from './user-sheets.js';

@ApiTags('users')
@Controller('users')
export class UserSheetsController {
  constructor(
    private readonly sheets: UserSheets,
    private readonly desk: ImportDesk,
  ) {}

  /** All users that the filters show; stands in the operations log. */
  @Get('export')
  @Requires('users.export')
  @GivesSheet()
  exportUsers(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() { format, language, ...filter }: UserExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export(actor, format, languageFor(language, caller), filter);
  }

  @Get('import-template')
  @Requires('users.import')
  @GivesSheet()
  getUserTemplate(@CurrentCaller() caller: Caller, @Query() query: SheetFileQuery): StreamableFile {
    return this.sheets.template(query.format, languageFor(query.language, caller));
  }

  /** Checks a file and says what each row would do. Changes nothing. */
  @Post('imports')
  @Requires('users.import')
  @TakesSheet()
  @ApiCreatedResponse({ type: ImportView })
  async checkUserImport(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() { fileName = '', language }: UploadQuery,
    @Req() request: Request,
  ): Promise<ImportView> {
    const note = { fileName, language: languageFor(language, caller) };
    return this.desk.check(actor, this.sheets.subject, await readUpload(request), note);
  }

  @Get('imports/:id')
  @Requires('users.import')
  @ApiOkResponse({ type: ImportView })
  getUserImport(@CurrentActor() actor: Actor, @IdParam() id: ImportId): Promise<ImportView> {
    return this.desk.view(actor, 'users', id);
  }

  @Get('imports/:id/rows')
  @Requires('users.import')
  @ApiOkResponse({ type: ImportRowPage })
  listUserImportRows(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Query() query: ImportRowQuery,
  ): Promise<ImportRowPage> {
    return this.desk.rows(actor, this.sheets.subject, id, query);
  }

  /** Does what the check showed; answers when it is done, with the one-time passwords of new users who have one. */
  @Post('imports/:id/run')
  @HttpCode(200)
  @Requires('users.import')
  @ByLoginOnly()
  @ApiOkResponse({ type: UserImportRun })
  async runUserImport(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Body() { allOrNothing = false, mailPasswordLinks = false }: RunUserImport,
  ): Promise<UserImportRun> {
    const subject = mailPasswordLinks ? this.sheets.inviting : this.sheets.subject;
    const { addedUsers, mailed } = await this.desk.run(actor, subject, id, allOrNothing);
    return { ...(await this.desk.view(actor, 'users', id)), addedUsers, mailed };
  }

  /** The refused rows as they were uploaded, with the reasons: to mend and upload again. */
  @Get('imports/:id/refused-rows')
  @Requires('users.import')
  @GivesSheet()
  async getRefusedUserRows(
    @CurrentActor() actor: Actor,
    @IdParam() id: ImportId,
    @Query() { format = 'xlsx', language }: RefusedFileQuery,
  ): Promise<StreamableFile> {
    const rows = await this.desk.refused(actor, 'users', id, language);
    return sendRefused('users-refused', format, rows);
  }
}
