import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SSH_BANNER_MAX, SshBanner, type SshBannerText } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { Text } from '../http/fields.js';

/** What SSH clients show before anybody has logged in. */
export class SshBannerSetting implements SshBannerText {
  @Text({
    max: SSH_BANNER_MAX,
    multiline: true,
    blankEnds: true,
    description:
      'Shown by SSH clients before the login (RFC 4252, section 5.4), from the next connection on; empty: nothing',
  })
  banner!: string;
}

@ApiTags('settings')
@Controller('settings/ssh-banner')
export class SshBannerController {
  constructor(private readonly settings: SshBanner) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: SshBannerSetting })
  getSshBanner(): Promise<SshBannerSetting> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: SshBannerSetting })
  setSshBanner(@CurrentActor() actor: Actor, @Body() body: SshBannerSetting): Promise<SshBannerSetting> {
    return this.settings.set(actor, body);
  }
}
