import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DataCenterBook } from '#libs/inventory';
import type { Actor, DataCenterId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  DataCenterListQuery,
  DataCenterPage,
  DataCenterView,
  CreateDataCenter,
  UpdateDataCenter,
} from './data-center.dto.js';

@ApiTags('data centers')
@Controller('data-centers')
export class DataCentersController {
  constructor(private readonly dataCenters: DataCenterBook) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: DataCenterPage })
  listDataCenters(@Query() query: DataCenterListQuery): Promise<DataCenterPage> {
    return this.dataCenters.list(query);
  }

  @Post()
  @Requires('inventory.write')
  @ApiCreatedResponse({ type: DataCenterView })
  createDataCenter(@CurrentActor() actor: Actor, @Body() body: CreateDataCenter): Promise<DataCenterView> {
    return this.dataCenters.create(actor, body);
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: DataCenterView })
  getDataCenter(@IdParam() id: DataCenterId): Promise<DataCenterView> {
    return this.dataCenters.get(id);
  }

  @Patch(':id')
  @Requires('inventory.write')
  @ApiOkResponse({ type: DataCenterView })
  updateDataCenter(
    @CurrentActor() actor: Actor,
    @IdParam() id: DataCenterId,
    @Body() body: UpdateDataCenter,
  ): Promise<DataCenterView> {
    return this.dataCenters.update(actor, id, body);
  }

  /** Its assets stay, in no data center. */
  @Delete(':id')
  @HttpCode(204)
  @Requires('inventory.write')
  @ApiNoContentResponse()
  deleteDataCenter(@CurrentActor() actor: Actor, @IdParam() id: DataCenterId): Promise<void> {
    return this.dataCenters.remove(actor, id);
  }
}
