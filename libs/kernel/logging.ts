import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Nest injection token of the process's {@link Logger}. */
export const LOGGER = Symbol('Logger');

/** Names whose values never reach a log line, at any level and three levels deep. */
const secretNames = [
  'password',
  'currentPassword',
  'newPassword',
  'privateKey',
  'passphrase',
  'accessToken',
  'resumeToken',
  'authorization',
  'cookie',
  'secret',
];

/** Structured log lines (JSON) on stdout, secrets blotted out. */
export function makeLogger(name: string, level: string): Logger {
  const paths = secretNames.flatMap((secret) => [
    secret,
    `*.${secret}`,
    `*.*.${secret}`,
    `*["set-${secret}"]`,
  ]);
  return pino({ name, level, redact: { paths, censor: '[secret]' } });
}
