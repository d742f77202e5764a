import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '#libs/kernel';
import { SecretSealer } from './secret-sealer.js';

/** The public half only: a process that may open secrets makes its {@link CredentialVault} itself. */
@Module({
  providers: [
    {
      provide: SecretSealer,
      inject: [CONFIG],
      useFactory: (config: Config) => new SecretSealer(config.dataDir),
    },
  ],
  exports: [SecretSealer],
})
export class VaultModule {}
