import { hostname } from 'node:os';
import type { DataSource } from 'typeorm';
import { systemClock } from '#libs/kernel';
import { LiveGateways } from '#libs/session-audit';

/** Names of machines with gateways, other than this one. */
export async function otherMachines(dataSource: DataSource): Promise<string[]> {
  const gateways = await new LiveGateways(dataSource, systemClock).list();
  return [...new Set(gateways.map((gateway) => gateway.hostname))]
    .filter((name) => name !== hostname())
    .sort();
}
