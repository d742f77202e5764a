import { ApiProperty } from '@nestjs/swagger';
import { Text, type FieldOptions } from '../http/fields.js';
import { NO_CONTROL_CHARACTERS } from '../http/text-forms.js';

const MAX_SECRET = 1024;
const MAX_PRIVATE_KEY = 20_000;
const writeOnly = 'Write-only. Blank: stays as it is; null: is taken away.';

/** A password of an account on assets, kept exactly. */
export function AccountPassword(options: FieldOptions = {}): PropertyDecorator {
  return Text({
    optional: true,
    nullable: true,
    description: writeOnly,
    ...options,
    max: MAX_SECRET,
    verbatim: true,
    form: NO_CONTROL_CHARACTERS,
  });
}

/** A private key in OpenSSH or PEM form. */
export function AccountPrivateKey(): PropertyDecorator {
  const description = `OpenSSH or PEM. ${writeOnly}`;
  return Text({ optional: true, nullable: true, description, max: MAX_PRIVATE_KEY, verbatim: true });
}

/** The passphrase of a private key. */
export function Passphrase(): PropertyDecorator {
  const description = 'Of the private key, if it has one. Not kept.';
  return Text({ optional: true, nullable: true, description, max: MAX_SECRET, verbatim: true });
}

/** What an answer tells of an account's secrets. */
export abstract class SecretsView {
  @ApiProperty()
  hasPassword!: boolean;

  @ApiProperty()
  hasPrivateKey!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Public half of the private key, as an OpenSSH line',
  })
  publicKey!: string | null;
}
