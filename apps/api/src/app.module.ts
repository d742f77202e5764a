import { Module, type DynamicModule } from '@nestjs/common';
import { InfrastructureModule, type Infrastructure } from '#libs/database';
import { AuthorizationApiModule } from './authorization/authorization-api.module.js';
import { FilesApiModule } from './files/files-api.module.js';
import { HttpModule } from './http/http.module.js';
import { IdentityApiModule } from './identity/identity-api.module.js';
import { InventoryApiModule } from './inventory/inventory-api.module.js';
import { PushApiModule } from './push/push-api.module.js';
import { SessionAuditApiModule } from './session-audit/session-audit-api.module.js';

/** The whole api: one line a module. */
@Module({})
export class AppModule {
  static forRoot(infrastructure: Omit<Infrastructure, 'queuePart'>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        InfrastructureModule.forRoot({ ...infrastructure, queuePart: 'sender' }),
        HttpModule,
        IdentityApiModule,
        InventoryApiModule,
        PushApiModule,
        AuthorizationApiModule,
        SessionAuditApiModule,
        FilesApiModule,
      ],
    };
  }
}
