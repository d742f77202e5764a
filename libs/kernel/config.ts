import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { StartFailure } from './lifecycle.js';

const port = z.coerce.number().int().min(0).max(65535);

/** An empty variable counts as absent, as shells and compose files leave them. */
const absentWhenEmpty = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T): z.ZodPreprocess<z.ZodOptional<T>> =>
  z.preprocess(absentWhenEmpty, schema.optional());

/** Host, port and a plain path: no user, query or fragment, and nothing that must be escaped in a page or a cookie. */
const PUBLIC_URL = /^https?:\/\/[^/?#@]+(?:\/[\w.~-]+)*\/*$/;

const settings = z.object({
  GATEHOUSE_DATA_DIR: optional(z.string()),
  GATEHOUSE_HTTP_PORT: optional(port),
  GATEHOUSE_SSH_PORT: optional(port),
  GATEHOUSE_HOST: optional(z.string()),
  GATEHOUSE_HTTP_HOST: optional(z.string()),
  GATEHOUSE_SSH_HOST: optional(z.string()),
  GATEHOUSE_DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/ })),
  GATEHOUSE_ADMIN_PASSWORD: optional(z.string().min(12, 'must have at least 12 characters')),
  GATEHOUSE_PUBLIC_URL: optional(
    z
      .url({ protocol: /^https?$/ })
      .refine((url) => PUBLIC_URL.test(url), 'must be like https://ops.example.com/gatehouse'),
  ),
  GATEHOUSE_TLS: optional(z.enum(['self-signed', 'off'])),
  GATEHOUSE_TLS_CERTIFICATE: optional(z.string()),
  GATEHOUSE_TLS_KEY: optional(z.string()),
  GATEHOUSE_GATEWAYS: optional(z.coerce.number().int().min(1).max(64)),
  GATEHOUSE_LOG_LEVEL: optional(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])),
  GATEHOUSE_TRUSTED_PROXIES: optional(z.string()),
  GATEHOUSE_IDLE_SECONDS: optional(z.coerce.number().int().min(1)),
  GATEHOUSE_SESSION_SECONDS: optional(
    z.coerce
      .number()
      .int()
      .min(1)
      .max(24 * 86_400),
  ),
  GATEHOUSE_LOGIN_GRACE_SECONDS: optional(z.coerce.number().int().min(1).max(600)),
  GATEHOUSE_PER_PERSON: optional(z.coerce.number().int().min(1)),
  GATEHOUSE_TELL_WATCHED: optional(z.enum(['on', 'off'])),
  GATEHOUSE_RECORDING: optional(z.enum(['strict', 'best-effort'])),
});

const ANY_ADDRESS = '0.0.0.0';

/** Nest injection token of the {@link Config}. */
export const CONFIG = Symbol('Config');

/** Files in PEM: absolute paths. */
interface TlsFiles {
  /** The server's certificate, then those between it and its authority. */
  certificate: string;
  key: string;
}

/** The settings of one process, checked. docs/operations.md has the table. */
export interface Config {
  /** Absolute path. */
  dataDir: string;
  httpPort: number;
  sshPort: number;
  /** Address to bind for console and API. */
  httpHost: string;
  /** Address to bind for SSH. */
  sshHost: string;
  /** null: the embedded PostgreSQL of the data folder. */
  databaseUrl: string | null;
  /** Used on the first start only. */
  adminPassword: string | null;
  /** Address of the console as browsers see it, a path may be in it, without a trailing slash; null: whatever the browser used. */
  publicUrl: string | null;
  /** How console and API speak TLS themselves; null: they don't. */
  tls: 'self-signed' | TlsFiles | null;
  gateways: number;
  logLevel: string;
  /** Addresses or CIDR ranges whose X-Forwarded-For counts. */
  trustedProxies: string[];
  /** A terminal session in which nobody types ends after this time. */
  idleTimeoutMs: number;
  /** Any session ends after this time, whatever happens in it; null: never. */
  sessionLimitMs: number | null;
  /** Time that an SSH client has to log in. */
  loginGraceMs: number;
  /** Of sessions, SSH connections, ProxyJump ways and consoles' sockets each, how many one person has at once at a gateway process. */
  perPerson: number;
  /** Whether people are told in their terminal that somebody watches it. */
  tellWatched: boolean;
  /** What a session does whose record can be kept nowhere: it ends, or goes on and the gap is recorded. */
  recording: 'strict' | 'best-effort';
}

/**
 * Reads `GATEHOUSE_*` once.
 * @throws StartFailure that names the first wrong variable.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'GATEHOUSE_*');
    throw new StartFailure(
      `${name} is not valid: ${issue?.message ?? 'unknown reason'}.`,
      'Correct or unset it.',
    );
  }
  const env = parsed.data;
  return {
    dataDir: resolve(env.GATEHOUSE_DATA_DIR ?? 'data'),
    httpPort: env.GATEHOUSE_HTTP_PORT ?? 8080,
    sshPort: env.GATEHOUSE_SSH_PORT ?? 2222,
    httpHost: env.GATEHOUSE_HTTP_HOST ?? env.GATEHOUSE_HOST ?? ANY_ADDRESS,
    sshHost: env.GATEHOUSE_SSH_HOST ?? env.GATEHOUSE_HOST ?? ANY_ADDRESS,
    databaseUrl: env.GATEHOUSE_DATABASE_URL ?? null,
    adminPassword: env.GATEHOUSE_ADMIN_PASSWORD ?? null,
    publicUrl: env.GATEHOUSE_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    tls: tlsOf(env),
    gateways: env.GATEHOUSE_GATEWAYS ?? Math.min(4, availableParallelism()),
    logLevel: env.GATEHOUSE_LOG_LEVEL ?? 'info',
    trustedProxies: (env.GATEHOUSE_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
    idleTimeoutMs: (env.GATEHOUSE_IDLE_SECONDS ?? 4 * 3600) * 1_000,
    sessionLimitMs:
      env.GATEHOUSE_SESSION_SECONDS === undefined ? null : env.GATEHOUSE_SESSION_SECONDS * 1_000,
    loginGraceMs: (env.GATEHOUSE_LOGIN_GRACE_SECONDS ?? 60) * 1_000,
    perPerson: env.GATEHOUSE_PER_PERSON ?? 1_000,
    tellWatched: env.GATEHOUSE_TELL_WATCHED === 'on',
    recording: env.GATEHOUSE_RECORDING ?? 'strict',
  };
}

function tlsOf(env: z.infer<typeof settings>): Config['tls'] {
  const { GATEHOUSE_TLS: how, GATEHOUSE_TLS_CERTIFICATE: certificate, GATEHOUSE_TLS_KEY: key } = env;
  if (certificate === undefined && key === undefined) return how === 'self-signed' ? how : null;
  if (how !== undefined) {
    throw new StartFailure('GATEHOUSE_TLS and TLS files are both set.', 'Unset one of them.');
  }
  if (certificate === undefined || key === undefined) {
    const missing = key === undefined ? 'GATEHOUSE_TLS_KEY' : 'GATEHOUSE_TLS_CERTIFICATE';
    throw new StartFailure(`${missing} is not set.`, 'TLS needs a certificate and its key: name both.');
  }
  return { certificate: resolve(certificate), key: resolve(key) };
}
