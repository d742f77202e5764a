import * as hpke from 'hpke';

/** HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export const suite = new hpke.CipherSuite(
  hpke.KEM_DHKEM_X25519_HKDF_SHA256,
  hpke.KDF_HKDF_SHA256,
  hpke.AEAD_AES_256_GCM,
);

/** First part of every sealed text; another suite gets another one. */
export const FORMAT = 'hpke1';

/** Below the data folder: the public half, readable by all processes. */
export const PUBLIC_FILE = 'keys/vault.public.json';

/** Below the data folder: the private half, the gateway's alone. */
export const PRIVATE_FILE = 'keys/gateway/vault.private.json';

/**
 * What a secret belongs to. It is bound into the sealed text, so that a sealed secret
 * copied to another row or column no longer opens.
 */
export interface SecretPlace {
  /** Table name. */
  table: 'admin_accounts' | 'system_users' | 'settings';
  rowId: string;
  column: 'password' | 'private_key';
}

/** The place as bytes, for the authenticated data. */
export function placeBytes(place: SecretPlace): Uint8Array {
  return new TextEncoder().encode(`gatehouse/${place.table}/${place.rowId}/${place.column}`);
}
