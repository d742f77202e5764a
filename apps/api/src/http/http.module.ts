import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { IdentityModule, TokenSigner } from '#libs/identity';
import { CONFIG, type Config } from '#libs/kernel';
import { SessionAuditModule } from '#libs/session-audit';
import { AccessGuard } from './access.guard.js';
import { ApiDocument, ApiDocumentController } from './api-document.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';
import { ProblemFilter } from './problem.filter.js';
import { SocketProxy } from './socket-proxy.js';
import { TokenStrategy } from './token.strategy.js';
import { RequestValidation } from './validation.js';

/** What stands around every handler: login and permission, checks of what comes in, problem details. */
@Module({
  imports: [IdentityModule, SessionAuditModule],
  controllers: [HealthController, ApiDocumentController],
  providers: [
    {
      provide: TokenSigner,
      inject: [CONFIG],
      useFactory: (config: Config) => TokenSigner.open(config.dataDir),
    },
    TokenStrategy,
    ApiDocument,
    Metrics,
    SocketProxy,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: RequestValidation },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [TokenSigner],
})
export class HttpModule {}
