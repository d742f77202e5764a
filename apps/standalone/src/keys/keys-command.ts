import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { UnitOfWork, withKeyLock } from '#libs/database';
import { systemClock } from '#libs/kernel';
import { AuditKey, AuditKeyRotation, LiveGateways } from '#libs/session-audit';
import { assertCurrentSchema, withInstallation } from '../command-line/installation.js';
import { machineActor } from '../command-line/machine-actor.js';
import { UsageError, withoutOptions } from '../command-line/usage-error.js';
import { KeyChanger } from './key-changer.js';

export const KEYS_USAGE = `Usage: gatehouse keys rotate
       gatehouse keys rotate signing

rotate           makes new keys for the stored secrets and for authenticator apps, and seals all of them anew, while the product runs or is
stopped. Nothing needs a restart. One that was cut off goes on when called again. Exit code 1: done, but some secrets open
with no key of this data folder; they are named and stay as they are.

rotate signing   makes a new key that signs the audit, while the product runs or is stopped. The former one vouches for
it, so whoever keeps that verifies on. Run it where the api's keys are; no restart.
`;

const BUSY = 'A backup is being made, or keys are being replaced: try again when that has ended.';

const FILES = 'keys/gateway/vault.private.json, keys/vault.public.json and keys/shared/second-factor.key';

/** Runs `keys …` and gives its exit code. @throws UsageError; Error when it could not be done */
export async function runKeysCommand([verb, ...args]: string[]): Promise<number> {
  if (verb !== 'rotate')
    throw new UsageError(verb === undefined ? 'keys: what to do?' : `No such command: keys ${verb}`);
  const [what = 'vault', ...others] = withoutOptions(args);
  const rotation = ROTATIONS.get(what);
  if (rotation === undefined || others.length > 0)
    throw new UsageError(`keys rotate takes nothing, or one of: ${[...ROTATIONS.keys()].join(', ')}.`);
  return withInstallation(async ({ config, dataSource }) => {
    await assertCurrentSchema(dataSource);
    return withKeyLock(dataSource, 'writer', BUSY, () => rotation(config.dataDir, dataSource));
  });
}

/** By its name: replaces a key and gives the exit code. */
const ROTATIONS = new Map([
  ['vault', rotate],
  ['signing', rotateSigningKey],
]);

async function rotateSigningKey(dataDir: string, dataSource: DataSource): Promise<number> {
  const key = await AuditKey.existing(dataDir);
  if (key === null)
    throw new Error(`${dataDir} has no signing key: set GATEHOUSE_DATA_DIR to the data folder of the api.`);
  const unitOfWork = new UnitOfWork(dataSource, systemClock);
  const { before, after } = await new AuditKeyRotation(unitOfWork, key, systemClock).rotate(machineActor());
  process.stdout.write(
    `rotated: the audit is signed by ${after} from now on; ${before} vouches for it.\n` +
      `Keep keys/audit.public.pem and keys/audit.successions.jsonl elsewhere too.\n`,
  );
  return 0;
}

async function rotate(dataDir: string, dataSource: DataSource): Promise<number> {
  const began = performance.now();
  const changer = new KeyChanger(dataDir, dataSource);
  if (changer.isBegun) process.stdout.write('going on with the rotation that was begun\n');
  else {
    await changer.prepare();
    const elsewhere = await otherMachines(dataSource);
    if (elsewhere.length > 0) {
      process.stdout.write(
        `new keys are there, not yet in use: gateways run on ${elsewhere.join(', ')}. Unless they share this data folder, copy\n${FILES}\nto theirs; then call this again.\n`,
      );
      return 0;
    }
  }
  const { before, after, resealed, stuck } = await changer.complete(machineActor());
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(
    `rotated: key ${before} is replaced by ${after}, ${resealed} secrets sealed anew in ${seconds} s\n`,
  );
  for (const place of stuck) process.stdout.write(`opens with no key of this data folder: ${place}\n`);
  return stuck.length === 0 ? 0 : 1;
}

/** Names of machines with gateways, other than this one. */
async function otherMachines(dataSource: DataSource): Promise<string[]> {
  const gateways = await new LiveGateways(dataSource, systemClock).list();
  return [...new Set(gateways.map((gateway) => gateway.hostname))]
    .filter((name) => name !== hostname())
    .sort();
}
