import { X509Certificate } from 'node:crypto';
import { ValidationFailed } from '#libs/kernel';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** @throws ValidationFailed at `ca` when the text is not one or more PEM certificates (RFC 7468) and nothing else */
export function assertCertificates(text: string | null): void {
  if (text === null) return;
  const found = text.match(PEM) ?? [];
  const rest = text.replace(PEM, '').trim();
  if (found.length > 0 && rest === '' && found.every(isCertificate)) return;
  const message =
    'Paste certificates in PEM form: from BEGIN CERTIFICATE to END CERTIFICATE, and nothing else.';
  throw ValidationFailed.field('ca', 'not_a_certificate', message);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // OpenSSL's reason tells a person nothing
  }
}
