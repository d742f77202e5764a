import { Module } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { IdentityModule } from '#libs/identity';
import { HttpModule } from '../http/http.module.js';
import { AuthController } from './auth.controller.js';
import { LoginDesk } from './login-desk.js';
import { MailSettingsController } from './mail-settings.controller.js';
import { MailTester } from './mail-tester.js';
import { MeController } from './me.controller.js';
import { MyApiTokensController } from './my-api-tokens.controller.js';
import { MyPublicKeysController } from './my-public-keys.controller.js';
import { MySecondFactorController } from './my-second-factor.controller.js';
import { SecurityController } from './security.controller.js';
import { SshBannerController } from './ssh-banner.controller.js';
import { UserAccessController } from './user-access.controller.js';
import { PasswordRecoveryController } from './password-recovery.controller.js';
import { UserApiTokensController } from './user-api-tokens.controller.js';
import { UserGroupsController } from './user-groups.controller.js';
import { UserPasswordLinkController } from './user-password-link.controller.js';
import { UserPublicKeysController } from './user-public-keys.controller.js';
import { UserSecondFactorController } from './user-second-factor.controller.js';
import { UserUsageController } from './user-usage.controller.js';
import { ImportDesk } from '../sheets/import-desk.js';
import { MyImportsController } from '../sheets/my-imports.controller.js';
import { UserSheets } from './user-sheets.js';
import { UserSheetsController } from './user-sheets.controller.js';
import { UsersController } from './users.controller.js';

/** REST of logins, users, user groups and the own account. */
@Module({
  imports: [AuthorizationModule, IdentityModule, HttpModule],
  controllers: [
    AuthController,
    MeController,
    MailSettingsController,
    PasswordRecoveryController,
    UserPasswordLinkController,
    MyApiTokensController,
    MyImportsController,
    MyPublicKeysController,
    MySecondFactorController,
    SecurityController,
    SshBannerController,
    UserSheetsController, // before the one that takes `users/:id`
    UsersController,
    UserAccessController,
    UserApiTokensController,
    UserPublicKeysController,
    UserSecondFactorController,
    UserUsageController,
    UserGroupsController,
  ],
  providers: [ImportDesk, UserSheets, MailTester, LoginDesk],
})
export class IdentityApiModule {}
