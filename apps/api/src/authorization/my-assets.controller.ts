import { Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Favourites, ReachableAssets } from '#libs/authorization';
import type { Actor, AssetId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { MyAssetGroups, MyAssetListQuery, MyAssetPage } from './my-asset.dto.js';

@ApiTags('me')
@Controller('me')
export class MyAssetsController {
  constructor(
    private readonly reachable: ReachableAssets,
    private readonly favourites: Favourites,
  ) {}

  @Get('assets')
  @Requires('own.use')
  @ApiOkResponse({ type: MyAssetPage })
  listMyAssets(@CurrentCaller() { user }: Caller, @Query() query: MyAssetListQuery): Promise<MyAssetPage> {
    const { page, pageSize, q, assetId, ...filter } = query;
    return this.reachable.list(user.id, {
      ...(q !== undefined && { q }),
      ...(assetId !== undefined && { assetId }),
      ...filter,
      offset: (page - 1) * pageSize,
      limit: pageSize,
    });
  }

  /** All groups that hold any of them, and those above: a tree, whose assets are then asked for group by group. */
  @Get('asset-groups')
  @Requires('own.use')
  @ApiOkResponse({ type: MyAssetGroups })
  listMyAssetGroups(@CurrentCaller() { user }: Caller): Promise<MyAssetGroups> {
    return this.reachable.groups(user.id);
  }

  /** Keeps one of the caller's own assets at hand. */
  @Put('favourites/:id')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  addFavourite(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: AssetId,
  ): Promise<void> {
    return this.favourites.add(actor, user.id, id);
  }

  @Delete('favourites/:id')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  removeFavourite(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: AssetId,
  ): Promise<void> {
    return this.favourites.remove(actor, user.id, id);
  }
}
