export { noSecrets, sealSecrets, type GivenSecrets, type SealedSecrets } from './account-secrets.js';
export { CredentialVault } from './credential-vault.js';
export { readOrMakeKeyFile } from './key-files.js';
export { SecretSealer } from './secret-sealer.js';
export type { SecretPlace } from './suite.js';
export { VaultModule } from './vault.module.js';
