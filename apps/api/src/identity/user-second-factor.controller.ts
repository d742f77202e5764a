import { Controller, Delete, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { SecondFactorBook } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';

@ApiTags('users')
@Controller('users/:id/second-factor')
export class UserSecondFactorController {
  constructor(private readonly book: SecondFactorBook) {}

  @Delete()
  @HttpCode(204)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiNoContentResponse()
  resetUserSecondFactor(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<void> {
    return this.book.reset(actor, id);
  }
}
