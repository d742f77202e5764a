import type { DataSource } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { readConfig, systemClock } from '#libs/kernel';
import { GatewayHostKeys, type GatewayHostKey } from '#libs/vault';
import { machineActor } from '../command-line/machine-actor.js';
import { otherMachines } from './other-machines.js';

/** What is done to the host keys; gives what to tell. */
type Step = (keys: GatewayHostKeys, note: Note) => Promise<string>;
/** Writes down which key took the place of which. */
type Note = (action: string, before: GatewayHostKey | null, after: GatewayHostKey | null) => Promise<void>;

const FILE = 'keys/gateway/ssh_host_ed25519_key';

const STEPS = {
  announce: async (keys, note) => {
    const { current, next: begun, former } = keys.read();
    if (former)
      throw new Error(
        'The former host key is still vouched for: gatehouse keys rotate host finish comes first.',
      );
    if (!begun) await keys.announce();
    const { next } = keys.read();
    if (!next) throw new Error('The next host key is gone again.');
    if (!begun) await note('gateway.announce-key', current, next);
    return (
      `announced: clients that log in learn ${next.fingerprint}; they are still shown ${current.fingerprint}.\n` +
      `For clients other than OpenSSH's, a line of known_hosts:\n${knownHostsLine(next)}\n` +
      `When people had time to log in: gatehouse keys rotate host switch\n`
    );
  },
  switch: async (keys, note) => {
    const { current, next, former } = keys.read();
    if (!next)
      throw new Error(
        former
          ? `Clients are shown ${current.fingerprint} already. What is left: gatehouse keys rotate host finish`
          : 'No next host key was announced: gatehouse keys rotate host comes first.',
      );
    await keys.switch();
    await note('gateway.rotate-key', current, next);
    return (
      `rotated: clients are shown ${next.fingerprint} from now on; ${current.fingerprint} is still vouched for.\n` +
      `When all gateways show it: gatehouse keys rotate host finish\n`
    );
  },
  finish: async (keys, note) => {
    const { current, next, former } = keys.read();
    if (next)
      throw new Error(
        'Clients are still shown the former host key: gatehouse keys rotate host switch comes first.',
      );
    if (!former) throw new Error('There is no former host key: nothing is left to do.');
    keys.retire();
    await note('gateway.retire-key', former, null);
    return `finished: ${former.fingerprint} is deleted, clients are shown ${current.fingerprint} alone.\n`;
  },
} satisfies Readonly<Record<string, Step>>;

/** A step of replacing the gateway's SSH host key. */
export function hostKeyRotation(step: keyof typeof STEPS) {
  return async (dataDir: string, dataSource: DataSource): Promise<number> => {
    const keys = GatewayHostKeys.existing(dataDir);
    if (keys === null)
      throw new Error(
        `${dataDir} has no host key: set GATEHOUSE_DATA_DIR to the data folder of the gateway.`,
      );
    const note: Note = async (action, before, after) => {
      const subject = { subjectType: 'gateway', subjectId: null, subjectName: 'SSH host key' };
      const states = { before: stateOf(before), after: stateOf(after) };
      await new UnitOfWork(dataSource, systemClock).run(machineActor(), (tx) =>
        tx.record({ action, ...subject, ...states }),
      );
    };
    process.stdout.write(await STEPS[step](keys, note));
    const elsewhere = await otherMachines(dataSource);
    if (elsewhere.length > 0)
      process.stdout.write(
        `Gateways run on ${elsewhere.join(', ')} too. Unless they share this data folder, make ${FILE}* there as they are here, before the next step.\n`,
      );
    return 0;
  };
}

const stateOf = (key: GatewayHostKey | null): { key: string } | null => key && { key: key.fingerprint };

/** As clients have it: a port other than 22 is written with its host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function knownHostsLine({ publicKey }: GatewayHostKey): string {
  const { publicUrl, sshPort } = readConfig();
  const host = publicUrl === null ? 'GATEWAY' : new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  return `${sshPort === 22 ? host : `[${host}]:${sshPort}`} ${publicKey}`;
}
