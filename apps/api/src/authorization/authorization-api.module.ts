import { Module } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { HttpModule } from '../http/http.module.js';
import { ExplainController } from './explain.controller.js';
import { MyAssetsController } from './my-assets.controller.js';
import { RulesController } from './rules.controller.js';

/** REST of authorization rules and of what they give the caller. */
@Module({
  imports: [AuthorizationModule, HttpModule],
  controllers: [RulesController, ExplainController, MyAssetsController],
})
export class AuthorizationApiModule {}
