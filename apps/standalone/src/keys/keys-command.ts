import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { UnitOfWork, withKeyLock } from '#libs/database';
import { systemClock } from '#libs/kernel';
import { AuditKey, AuditKeyRotation } from '#libs/session-audit';
import { assertCurrentSchema, withInstallation } from '../command-line/installation.js';
import { machineActor } from '../command-line/machine-actor.js';
import { UsageError, withoutOptions } from '../command-line/usage-error.js';
import { hostKeyRotation } from './host-key-command.js';
import { KeyChanger } from './key-changer.js';
import { rotateLoginKey } from './login-key-command.js';
import { otherMachines } from './other-machines.js';

export const KEYS_USAGE = `Usage: gatehouse keys rotate
       gatehouse keys rotate signing
       gatehouse keys rotate login
       gatehouse keys rotate host [switch | finish]

rotate           makes new keys for the stored secrets and for authenticator apps, and seals all of them anew, while the product runs or is
stopped. Nothing needs a restart. One that was cut off goes on when called again. Exit code 1: done, but some secrets open
with no key of this data folder; they are named and stay as they are.

rotate signing   makes a new key that signs the audit, while the product runs or is stopped. The former one vouches for
it, so whoever keeps that verifies on. Run it where the api's keys are; no restart.

rotate login     makes a new key that signs logins to console and API: all logins end, people log in again. API tokens, public keys
and SSH connections stay. Run it where the api's keys are; no restart.

rotate host      makes the SSH host key that comes next and prints its known_hosts line. OpenSSH's clients learn it when they log in;
give it to the others. Called again it shows the line again. When people had time:
rotate host switch   shows clients the new key. The former one is still vouched for.
rotate host finish   deletes the former key; clients forget it when they log in. Run it where the gateway's keys are; no restart.
`;

const BUSY = 'A backup is being made, or keys are being replaced: try again when that has ended.';

const FILES = 'keys/gateway/vault.private.json, keys/vault.public.json and keys/shared/second-factor.key';

/** Runs `keys …` and gives its exit code. @throws UsageError; Error when it could not be done */
export async function runKeysCommand([verb, ...args]: string[]): Promise<number> {
  if (verb !== 'rotate')
    throw new UsageError(verb === undefined ? 'keys: what to do?' : `No such command: keys ${verb}`);
  const what = withoutOptions(args);
  const rotation = ROTATIONS.get(what.join(' '));
  if (rotation === undefined)
    throw new UsageError(
      `keys rotate takes nothing, or one of: ${[...ROTATIONS.keys()].filter(Boolean).join(', ')}.`,
    );
  return withInstallation(async ({ config, dataSource }) => {
    await assertCurrentSchema(dataSource);
    return withKeyLock(dataSource, 'writer', BUSY, () => rotation(config.dataDir, dataSource));
  });
}

/** Replaces a key and gives the exit code. */
type Rotation = (dataDir: string, dataSource: DataSource) => Promise<number>;

/** By what follows `rotate`. */
const ROTATIONS: ReadonlyMap<string, Rotation> = new Map([
  ['', rotate],
  ['signing', rotateSigningKey],
  ['login', rotateLoginKey],
  ['host', hostKeyRotation('announce')],
  ['host switch', hostKeyRotation('switch')],
  ['host finish', hostKeyRotation('finish')],
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
