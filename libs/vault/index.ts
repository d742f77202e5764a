export { noSecrets, sealSecrets, type GivenSecrets, type SealedSecrets } from './account-secrets.js';
export { CredentialVault } from './credential-vault.js';
export { GatewayHostKeys, type GatewayHostKey, type GatewayHostKeySet } from './gateway-host-keys.js';
export { readKeyFile, readOrMakeKeyFile, replaceKeyFile } from './key-files.js';
export { addPass, type ResealPass, type RotatingKey, type RotationStage } from './key-rotation.js';
export { SecretSealer } from './secret-sealer.js';
export type { SecretPlace } from './suite.js';
export { VaultKeyRotation } from './vault-key-rotation.js';
export { VaultModule } from './vault.module.js';
