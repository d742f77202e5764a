import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { MailOutbox, MailSettings } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import {
  mailDraft,
  MailListQuery,
  MailPage,
  MailSettingsView,
  MailTestView,
  mailView,
  SetMailSettings,
} from './mail.dto.js';
import { MailTester } from './mail-tester.js';

@ApiTags('settings')
@Controller('settings/mail')
export class MailSettingsController {
  constructor(
    private readonly settings: MailSettings,
    private readonly outbox: MailOutbox,
    private readonly tester: MailTester,
  ) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: MailSettingsView })
  getMailSettings(): Promise<MailSettingsView> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ByLoginOnly()
  @ApiOkResponse({ type: MailSettingsView })
  setMailSettings(@CurrentActor() actor: Actor, @Body() body: SetMailSettings): Promise<MailSettingsView> {
    return this.settings.set(actor, mailDraft(body));
  }

  @Post('test')
  @HttpCode(200)
  @Requires('settings.write')
  @ByLoginOnly()
  @ApiOkResponse({ type: MailTestView })
  sendTestMail(@CurrentActor() actor: Actor, @CurrentCaller() { user }: Caller): Promise<MailTestView> {
    return this.tester.test(actor, user);
  }

  @Get('mails')
  @Requires('settings.write')
  @ApiOkResponse({ type: MailPage })
  async listMails(@CurrentCaller() { user }: Caller, @Query() query: MailListQuery): Promise<MailPage> {
    const { items, total } = await this.outbox.list(query);
    return { items: items.map((mail) => mailView(mail, user.role)), total };
  }
}
