import type { Told } from './host-words.js';

/** Jobs that a gateway does, as only it speaks SSH: name → what it is asked. */
export interface Jobs {
  /** Which host keys the asset at this address offers now. */
  'host-keys.scan': { address: string; port: number };
  /** Whether the asset's admin account can log in, step by step. */
  'asset.test': { assetId: string };
  /** Plan the collection of all facts. */
  'facts.nightly': Record<string, never>;
  /** Which version of ansible-core the gateway has. */
  'ansible.version': Record<string, never>;
  /** Plan a scan of all that was pushed. */
  'drift.nightly': Record<string, never>;
  /** Send a mail that stands in the outbox. */
  'mail.send': { mailId: string };
  /** Send this user a test mail and say what the mail server said. */
  'mail.test': { userId: string };
}

export type JobName = keyof Jobs;

/** All job names, each a queue. */
export const JOB_NAMES: readonly JobName[] = [
  'host-keys.scan',
  'asset.test',
  'facts.nightly',
  'ansible.version',
  'drift.nightly',
  'mail.send',
  'mail.test',
];

/** Answer to `host-keys.scan`. */
export type HostKeyScan =
  | { ok: true; keys: { type: string; publicKey: string; fingerprint: string }[] }
  | ({ ok: false; step: ConnectionStep } & Told);

/** Answer to `ansible.version`; null: there is none. */
export interface AnsibleVersion {
  version: string | null;
}

/** Steps of a connection to an asset, in their order (FEATURES S1). */
export const CONNECTION_STEPS = ['resolve', 'connect', 'host-key', 'login', 'privilege'] as const;
export type ConnectionStep = (typeof CONNECTION_STEPS)[number];

/** Answer to `asset.test`: the steps that were made; the last one failed when `ok` is false. */
export interface ConnectionTest {
  ok: boolean;
  /** `ms` is the time that the step took. */
  steps: ({ step: ConnectionStep; ok: boolean; ms: number } & Told)[];
}
