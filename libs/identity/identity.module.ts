import { Module, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobQueue, UnitOfWork } from '#libs/database';
import { CLOCK, CONFIG, type Clock, type Config } from '#libs/kernel';
import { SecretSealer, VaultModule } from '#libs/vault';
import { ApiTokenBook } from './api-token-book.js';
import { Authenticator } from './authenticator.js';
import { CodeChecker } from './code-checker.js';
import { FactorKey } from './factor-key.js';
import { HalfLogins } from './half-logins.js';
import { LoginRegistry } from './login-registry.js';
import { LoginThrottle } from './login-throttle.js';
import { TokenReader } from './login-token.js';
import { MailOutbox } from './mail/mail-outbox.js';
import { MailSettings } from './mail/mail-settings.js';
import { PasswordRecovery } from './mail/password-recovery.js';
import { RecoveryThrottle } from './mail/recovery-throttle.js';
import { OwnAccount } from './own-account.js';
import { PublicKeyBook } from './public-key-book.js';
import { SecondFactorBook } from './second-factor-book.js';
import { SecuritySettings } from './security-settings.js';
import { SshBanner } from './ssh-banner.js';
import { UserDirectory } from './user-directory.js';
import { UserExport } from './user-export.js';
import { UserImport } from './user-import.js';
import { UserGroupDirectory } from './user-group-directory.js';

/** What proves who somebody is; console, API and SSH share it. */
const proving: Provider[] = [
  {
    provide: LoginThrottle,
    inject: [DataSource],
    useFactory: (dataSource: DataSource) => new LoginThrottle(dataSource),
  },
  {
    provide: Authenticator,
    inject: [DataSource, CLOCK, LoginThrottle],
    useFactory: (dataSource: DataSource, clock: Clock, throttle: LoginThrottle) =>
      new Authenticator(dataSource, clock, throttle),
  },
  {
    provide: LoginRegistry,
    inject: [DataSource, UnitOfWork, CLOCK, CodeChecker],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, clock: Clock, codes: CodeChecker) =>
      new LoginRegistry(dataSource, unitOfWork, clock, codes),
  },
  {
    provide: ApiTokenBook,
    inject: [DataSource, UnitOfWork, CLOCK],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, clock: Clock) =>
      new ApiTokenBook(dataSource, unitOfWork, clock),
  },
  {
    provide: TokenReader,
    inject: [CONFIG],
    useFactory: (config: Config) => new TokenReader(config.dataDir),
  },
];

/** Codes beside passwords and keys. */
const secondFactors: Provider[] = [
  {
    provide: FactorKey,
    inject: [CONFIG],
    useFactory: (config: Config) => new FactorKey(config.dataDir),
  },
  {
    provide: CodeChecker,
    inject: [DataSource, CLOCK, LoginThrottle, FactorKey, Authenticator],
    useFactory: (
      dataSource: DataSource,
      clock: Clock,
      throttle: LoginThrottle,
      key: FactorKey,
      authenticator: Authenticator,
    ) => new CodeChecker(dataSource, clock, throttle, key, authenticator),
  },
  {
    provide: HalfLogins,
    inject: [DataSource, CLOCK],
    useFactory: (dataSource: DataSource, clock: Clock) => new HalfLogins(dataSource, clock),
  },
  {
    provide: SecuritySettings,
    inject: [DataSource, UnitOfWork],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
      new SecuritySettings(dataSource, unitOfWork),
  },
  {
    provide: SshBanner,
    inject: [DataSource, UnitOfWork],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new SshBanner(dataSource, unitOfWork),
  },
  {
    provide: SecondFactorBook,
    inject: [DataSource, UnitOfWork, FactorKey, CodeChecker, Authenticator, CLOCK],
    useFactory: (
      dataSource: DataSource,
      unitOfWork: UnitOfWork,
      key: FactorKey,
      codes: CodeChecker,
      authenticator: Authenticator,
      clock: Clock,
    ) => new SecondFactorBook(dataSource, unitOfWork, key, codes, authenticator, clock),
  },
];

/** What changes and lists users, their keys and their groups. */
const keeping: Provider[] = [
  {
    provide: UserDirectory,
    inject: [DataSource, UnitOfWork, LoginThrottle, CLOCK, MailOutbox],
    useFactory: (
      dataSource: DataSource,
      unitOfWork: UnitOfWork,
      throttle: LoginThrottle,
      clock: Clock,
      outbox: MailOutbox,
    ) => new UserDirectory(dataSource, unitOfWork, throttle, clock, outbox),
  },
  {
    provide: UserImport,
    inject: [DataSource, UnitOfWork, MailOutbox],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, outbox: MailOutbox) =>
      new UserImport(dataSource, unitOfWork, outbox),
  },
  {
    provide: UserExport,
    inject: [DataSource, UnitOfWork, CLOCK],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, clock: Clock) =>
      new UserExport(dataSource, unitOfWork, clock),
  },
  {
    provide: UserGroupDirectory,
    inject: [DataSource, UnitOfWork],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
      new UserGroupDirectory(dataSource, unitOfWork),
  },
  {
    provide: PublicKeyBook,
    inject: [DataSource, UnitOfWork, MailOutbox],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, outbox: MailOutbox) =>
      new PublicKeyBook(dataSource, unitOfWork, outbox),
  },
  {
    provide: OwnAccount,
    inject: [UnitOfWork, Authenticator, MailOutbox],
    useFactory: (unitOfWork: UnitOfWork, authenticator: Authenticator, outbox: MailOutbox) =>
      new OwnAccount(unitOfWork, authenticator, outbox),
  },
];

/** Mail to users, and passwords by mailed links. */
const mailing: Provider[] = [
  {
    provide: MailSettings,
    inject: [DataSource, UnitOfWork, SecretSealer, CONFIG],
    useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, sealer: SecretSealer, config: Config) =>
      new MailSettings(dataSource, unitOfWork, sealer, config.publicUrl),
  },
  {
    provide: MailOutbox,
    inject: [DataSource, JobQueue],
    useFactory: (dataSource: DataSource, queue: JobQueue) => new MailOutbox(dataSource, queue),
  },
  {
    provide: PasswordRecovery,
    inject: [DataSource, UnitOfWork, CLOCK, Authenticator, MailOutbox],
    useFactory: (
      dataSource: DataSource,
      unitOfWork: UnitOfWork,
      clock: Clock,
      authenticator: Authenticator,
      outbox: MailOutbox,
    ) => {
      const throttle = new RecoveryThrottle(dataSource);
      return new PasswordRecovery({ dataSource, unitOfWork, clock, authenticator, throttle, outbox });
    },
  },
];

/** Who people are and how they prove it. */
@Module({
  imports: [VaultModule],
  providers: [...proving, ...secondFactors, ...keeping, ...mailing],
  exports: [
    ApiTokenBook,
    Authenticator,
    CodeChecker,
    HalfLogins,
    SecondFactorBook,
    SecuritySettings,
    SshBanner,
    LoginRegistry,
    TokenReader,
    UserDirectory,
    UserExport,
    UserImport,
    UserGroupDirectory,
    PublicKeyBook,
    OwnAccount,
    MailSettings,
    MailOutbox,
    PasswordRecovery,
  ],
})
export class IdentityModule {}
