import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { StartFailure } from '#libs/kernel';

/** The operating system's account that runs PostgreSQL. */
export interface DatabaseAccount {
  name: string;
  /** Absent: the account that runs Gatehouse, no change of account is needed. */
  ids?: { uid: number; gid: number };
}

/** PostgreSQL refuses to run as root; these accounts, in this order, run it then. */
const stewards = ['postgres', 'nobody'];

/**
 * Chooses who runs PostgreSQL: whoever runs Gatehouse, or for root the owner of what is there already,
 * else the first of {@link stewards} that exists.
 * @param cluster PostgreSQL's own folder; need not exist yet
 */
export function chooseDatabaseAccount(cluster: string): DatabaseAccount {
  if (process.getuid?.() !== 0) return currentAccount();
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { name: String(owner.uid), ids: { uid: owner.uid, gid: owner.gid } };
  for (const name of stewards) {
    const ids = idsOf(name);
    if (ids) return { name, ids };
  }
  throw new StartFailure(
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it.',
    'Run Gatehouse as an ordinary user, or make one of them (useradd --system postgres).',
  );
}

/** The account that runs Gatehouse. */
export const currentAccount = (): DatabaseAccount => ({ name: userInfo().username });

function idsOf(name: string): { uid: number; gid: number } | null {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    );
    return uid === undefined || gid === undefined || uid === 0 ? null : { uid, gid };
  } catch {
    return null; // `id` knows no such account: the next name is tried
  }
}

/** Whether the account can enter the folder: asked of the system itself, as it, so ACLs and mounts count too. */
export function canEnter(account: DatabaseAccount, folder: string): boolean {
  const asked = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    ...account.ids,
    cwd: '/',
    stdio: 'ignore',
  });
  return asked.status === 0;
}
