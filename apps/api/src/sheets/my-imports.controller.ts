import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ImportShelf } from '#libs/database';
import type { Actor } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { MyImportPage, MyImportQuery } from './import.dto.js';

@ApiTags('me')
@Controller('me/imports')
export class MyImportsController {
  constructor(private readonly shelf: ImportShelf) {}

  /** Uploaded in the last hour, of whatever kind, the newest first. */
  @Get()
  @Requires('own.use')
  @ApiOkResponse({ type: MyImportPage })
  listMyImports(@CurrentActor() actor: Actor, @Query() query: MyImportQuery): Promise<MyImportPage> {
    return this.shelf.list(actor, query);
  }
}
