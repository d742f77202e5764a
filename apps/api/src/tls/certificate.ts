import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { StartFailure, type Config, type Logger } from '#libs/kernel';
import { readOrMakeKeyFile } from '#libs/vault';
import { makeSelfSigned } from './self-signed.js';

/** Below the data folder: key and certificate that were made here. */
const OWN_FILE = 'keys/api/tls.pem';

/** An own certificate that ends sooner is made anew. */
const RENEW_MS = 30 * 86_400_000;

/** How often the files are looked at. */
const LOOK_MS = 5_000;

/** What a TLS server shows, checked. */
export interface ShownCertificate {
  cert: string;
  key: string;
  /** SHA-256, as browsers and openssl write it. */
  fingerprint: string;
}

/**
 * Reads the certificate that the settings name, or makes one; null where TLS is none of ours.
 * @throws StartFailure when a file can't be read, is no certificate or key, doesn't fit, or doesn't count now
 */
export async function readCertificate(config: Config, now: Date): Promise<ShownCertificate | null> {
  const { tls } = config;
  if (tls === null) return null;
  if (tls !== 'self-signed') {
    const cert = readNamed('GATEHOUSE_TLS_CERTIFICATE', tls.certificate);
    return checked(cert, readNamed('GATEHOUSE_TLS_KEY', tls.key), now);
  }
  const path = join(config.dataDir, OWN_FILE);
  const make = (): string => makeSelfSigned(ownNames(config), now);
  const text = await readOrMakeKeyFile(path, 0o600, () => Promise.resolve(make()));
  if (Date.parse(new X509Certificate(text).validTo) - now.getTime() > RENEW_MS)
    return checked(text, text, now);
  const renewed = make();
  writeFileSync(`${path}.new`, renewed, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return checked(renewed, renewed, now);
}

/** Has the server show what stands in the files now, without a restart. What doesn't count is told, and the former stays. */
export function followCertificate(
  server: Server,
  config: Config,
  first: ShownCertificate,
  logger: Logger,
): void {
  let shown = first;
  let told = '';
  const look = async (): Promise<void> => {
    const next = await readCertificate(config, new Date());
    told = '';
    if (!next || (next.cert === shown.cert && next.key === shown.key)) return;
    server.setSecureContext(next);
    shown = next;
    logger.info({ fingerprint: next.fingerprint }, 'the certificate was replaced');
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told) logger.error({ err: error }, 'the new certificate does not count, the former stays');
      told = why;
    });
  }, LOOK_MS);
  timer.unref();
  server.once('close', () => {
    clearInterval(timer);
  });
}

function checked(cert: string, key: string, now: Date): ShownCertificate {
  const certificate = parsed(
    () => new X509Certificate(cert),
    'GATEHOUSE_TLS_CERTIFICATE holds no certificate',
  );
  const privateKey = parsedKey(key);
  if (!certificate.checkPrivateKey(privateKey)) {
    const mend = 'Name the certificate of this key, with it first in its file.';
    throw new StartFailure('GATEHOUSE_TLS_KEY does not belong to GATEHOUSE_TLS_CERTIFICATE.', mend);
  }
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (to <= now) {
    throw new StartFailure(`The TLS certificate ended on ${to.toISOString()}.`, 'Replace it.');
  }
  if (from > now) {
    throw new StartFailure(
      `The TLS certificate counts from ${from.toISOString()} only.`,
      "Replace it, or correct this machine's clock.",
    );
  }
  return { cert, key, fingerprint: certificate.fingerprint256 };
}

function parsedKey(key: string): KeyObject {
  if (key.includes('ENCRYPTED')) {
    throw new StartFailure('GATEHOUSE_TLS_KEY is encrypted.', 'Give it without a passphrase, mode 0600.');
  }
  return parsed(() => createPrivateKey(key), 'GATEHOUSE_TLS_KEY holds no private key');
}

function parsed<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch (error) {
    throw new StartFailure(`${what}.`, 'It must be PEM text.', { cause: error });
  }
}

function readNamed(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = 'Correct the path, or let the account that runs Gatehouse read it.';
    throw new StartFailure(`${variable} can't be read: ${why}.`, mend, { cause: error });
  }
}

/** Everything under which this machine may be called. */
function ownNames({ publicUrl }: Config): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address);
  const named = publicUrl === null ? [] : [new URL(publicUrl).hostname];
  return [...new Set([...named, 'localhost', hostname(), '127.0.0.1', ...addresses])];
}
