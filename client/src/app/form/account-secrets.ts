import { type SchemaFn, required } from '@angular/forms/signals';

/** What to do with a key or password of an account: secrets are only ever written. */
export interface SecretsModel {
  keyChoice: 'keep' | 'generate' | 'paste' | 'none';
  privateKey: string;
  passphrase: string;
  passwordChoice: 'keep' | 'generate' | 'set' | 'none';
  password: string;
}

/** Secrets as the API takes them: absent stays as it is, null is taken away. */
export interface SecretsDraft {
  privateKey?: string | null;
  passphrase?: string;
  generateKey?: boolean;
  password?: string | null;
  generatePassword?: boolean;
}

/** Where the form of a new account starts, or of one that exists. */
export function startSecrets(existing: boolean, keyChoice: 'generate' | 'paste'): SecretsModel {
  const empty = { privateKey: '', passphrase: '', password: '' };
  return existing
    ? { ...empty, keyChoice: 'keep', passwordChoice: 'keep' }
    : { ...empty, keyChoice, passwordChoice: 'none' };
}

/** What has to be filled in. */
export const secretsSchema: SchemaFn<SecretsModel> = (path) => {
  required(path.privateKey, { when: ({ valueOf }) => valueOf(path.keyChoice) === 'paste' });
  required(path.password, { when: ({ valueOf }) => valueOf(path.passwordChoice) === 'set' });
};

/** The draft that the API gets. */
export function secretsDraft(model: SecretsModel): SecretsDraft {
  const draft: SecretsDraft = {};
  if (model.keyChoice === 'generate') draft.generateKey = true;
  if (model.keyChoice === 'none') draft.privateKey = null;
  if (model.keyChoice === 'paste') {
    draft.privateKey = model.privateKey;
    if (model.passphrase) draft.passphrase = model.passphrase;
  }
  if (model.passwordChoice === 'none') draft.password = null;
  if (model.passwordChoice === 'generate') draft.generatePassword = true;
  if (model.passwordChoice === 'set') draft.password = model.password;
  return draft;
}

const SECRET_FIELDS: readonly string[] = [
  'privateKey',
  'passphrase',
  'password',
  'generateKey',
  'generatePassword',
];

/** Where a form that keeps its secrets under `secrets` shows what the server refused. */
export function fieldOfSecret(name: string): string {
  return SECRET_FIELDS.includes(name) ? `secrets.${name}` : name;
}
