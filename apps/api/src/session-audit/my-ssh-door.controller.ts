import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CONFIG, type Config } from '#libs/kernel';
import { LiveGateways } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { SshDoorView, sshDoorView } from './ssh-door.dto.js';

@ApiTags('me')
@Controller('me/ssh-door')
export class MySshDoorController {
  constructor(
    private readonly gateways: LiveGateways,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Requires('own.use')
  @ApiOkResponse({ type: SshDoorView })
  async getSshDoor(): Promise<SshDoorView> {
    return sshDoorView(await this.gateways.list(), this.config.publicUrl);
  }
}
