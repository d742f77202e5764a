import { Secret, TOTP } from 'otpauth';

/** Shown by authenticator apps above the user's name. */
const ISSUER = 'Gatehouse';
const DIGITS = 6;
const PERIOD_SECONDS = 30;
/** Steps before and after the current one that count too: clocks differ, typing takes time (RFC 6238 section 5.2). */
const WINDOW = 1;
/** As RFC 4226 section 4 recommends (R6): 160 bits. */
const SECRET_BYTES = 20;

/** A new secret for an authenticator app: base32 (RFC 4648 section 6), as people type it. */
export function makeTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The address that authenticator apps read from a QR code (Google Authenticator's key URI format). */
export function totpUri(secret: string, username: string): string {
  return totpOf(secret, username).toString();
}

/** Whether the text could be a code of an app: six digits. */
export function looksLikeTotp(code: string): boolean {
  return /^\d{6}$/.test(code);
}

/** The time step (RFC 6238 section 4.2) to which the code belongs, near `now`; null when it is wrong. */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  if (!looksLikeTotp(code)) return null;
  const timestamp = now.getTime();
  const delta = totpOf(secret, '').validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  const algorithm = 'SHA1'; // what all apps know; RFC 6238 section 1.2
  const shape = { algorithm, digits: DIGITS, period: PERIOD_SECONDS };
  return new TOTP({ issuer: ISSUER, label, secret: Secret.fromBase32(secret), ...shape });
}
