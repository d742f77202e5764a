import type { DataSource } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { LoginKeyRotation } from '#libs/identity';
import { systemClock } from '#libs/kernel';
import { machineActor } from '../command-line/machine-actor.js';

/** Replaces the key that signs logins, which ends all of them, and gives the exit code. */
export async function rotateLoginKey(dataDir: string, dataSource: DataSource): Promise<number> {
  const rotation = new LoginKeyRotation(dataDir, new UnitOfWork(dataSource, systemClock));
  const ended = await rotation.rotate(machineActor());
  if (ended === null)
    throw new Error(`${dataDir} has no login key: set GATEHOUSE_DATA_DIR to the data folder of the api.`);
  process.stdout.write(
    `rotated: logins are signed by a new key; ${ended} ${ended === 1 ? 'login has' : 'logins have'} ended.\n` +
      `Where gateways or apis run with another data folder, copy keys/token.public.pem to it (for an api keys/api/token.private.pem too).\n`,
  );
  return 0;
}
