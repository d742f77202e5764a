import { ApiProperty } from '@nestjs/swagger';
import type { PublicKey } from '#libs/database';
import type { MadeKey, RenewedKey } from '#libs/identity';
import { Name, Text } from '../http/fields.js';
import { NO_CONTROL_CHARACTERS } from '../http/text-forms.js';

const LINE = { min: 1, max: 20_000, verbatim: true };

/** A public key to register. */
export class CreatePublicKey {
  @Name({ optional: true, description: "The key's comment if left out" })
  name?: string;

  @Text({
    ...LINE,
    description: 'One OpenSSH public key line: ed25519, ecdsa, or rsa of 2048 bits or more',
    example: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… alice@laptop',
  })
  publicKey!: string;
}

/** The passphrase that a new private key gets. */
function NewPassphrase(): PropertyDecorator {
  return Text({
    optional: true,
    nullable: true,
    max: 1024,
    verbatim: true,
    form: NO_CONTROL_CHARACTERS,
    description: 'Encrypts the private key. Blank: the private key is not encrypted. Not kept.',
  });
}

/** A key pair to make. */
export class GeneratePublicKey {
  @Name()
  name!: string;

  @NewPassphrase()
  passphrase?: string | null;
}

/** What takes the place of a key. */
export class RenewPublicKey {
  @Text({ ...LINE, optional: true, description: 'One OpenSSH public key line; left out: a pair is made' })
  publicKey?: string;

  @NewPassphrase()
  passphrase?: string | null;
}

/** A registered public key. */
export class PublicKeyView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ example: 'ssh-ed25519' })
  type!: string;

  @ApiProperty({ description: 'OpenSSH line without a comment' })
  publicKey!: string;

  @ApiProperty({ example: 'SHA256:…' })
  fingerprint!: string;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  lastUsedAt!: Date | null;
}

/** A registered key whose private half was made here. */
export class MadeKeyView {
  @ApiProperty({ type: PublicKeyView })
  key!: PublicKeyView;

  @ApiProperty({ description: 'OpenSSH form. Told this once; Gatehouse does not keep it.' })
  privateKey!: string;
}

/** The key that took the place of another. */
export class RenewedKeyView {
  @ApiProperty({ type: PublicKeyView })
  key!: PublicKeyView;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'OpenSSH form, when the pair was made here. Told this once; Gatehouse does not keep it.',
  })
  privateKey!: string | null;
}

/** All keys of a user. */
export class PublicKeyList {
  @ApiProperty({ type: PublicKeyView, isArray: true })
  items!: PublicKeyView[];

  @ApiProperty({ type: 'integer' })
  total!: number;
}

/** How a key is shown. */
export function publicKeyView(key: PublicKey): PublicKeyView {
  const { id, name, type, blob, fingerprint, createdAt, lastUsedAt } = key;
  return { id, name, type, publicKey: `${type} ${blob}`, fingerprint, createdAt, lastUsedAt };
}

/** How the keys of a user are shown. */
export function publicKeyList(keys: readonly PublicKey[]): PublicKeyList {
  return { items: keys.map(publicKeyView), total: keys.length };
}

/** How a made key is told. */
export function madeKeyView({ key, privateKey }: MadeKey): MadeKeyView {
  return { key: publicKeyView(key), privateKey };
}

/** How a renewed key is told. */
export function renewedKeyView({ key, privateKey }: RenewedKey): RenewedKeyView {
  return { key: publicKeyView(key), privateKey };
}
