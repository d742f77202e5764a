import { createHash } from 'node:crypto';
import { accessSync, chmodSync, chownSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartFailure } from '#libs/kernel';
import { canEnter, chooseDatabaseAccount, type DatabaseAccount } from './database-account.js';

/** Longest path of a unix socket that every system takes (sun_path of macOS, with its NUL). */
const LONGEST_SOCKET_PATH = 103;

/** Longest name of a socket that is put into {@link openSocketFolder}. */
const LONGEST_SOCKET_NAME = '.s.PGSQL.5432.lock'.length;

/**
 * Makes the data folder if it isn't there and checks that it can be written.
 * @throws StartFailure
 */
export function openDataFolder(folder: string): void {
  try {
    // Root's must let PostgreSQL's account through to its own folder; each folder in it is closed by itself.
    mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reasons: Record<string, string> = {
      EACCES: 'no permission',
      EPERM: 'no permission',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
      EEXIST: 'there is a file of that name',
      ENOTDIR: 'a part of the path is a file',
    };
    throw new StartFailure(
      `The data folder ${folder} can't be written: ${reasons[code] ?? code}.`,
      'Make it writable for the account that runs Gatehouse, or set GATEHOUSE_DATA_DIR to another folder.',
      { cause: error },
    );
  }
}

/** Where the data goes when root starts Gatehouse in a folder that PostgreSQL's account can't reach. */
const SYSTEM_DATA_FOLDER = '/var/lib/gatehouse';

/**
 * The data folder of the settings, or, where nobody set one and the default lies in a private home of root, a folder
 * of the system.
 * @param tell gets a sentence when another folder was chosen
 */
export function chooseDataFolder(
  config: { dataDir: string; databaseUrl: string | null },
  tell: (sentence: string) => void,
): string {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl !== null || (process.env['GATEHOUSE_DATA_DIR'] ?? '') !== '') return dataDir;
  const account = chooseDatabaseAccount(join(dataDir, 'postgres'));
  if (!account.ids || canEnter(account, nearestExisting(dataDir))) return dataDir;
  tell(
    `You are root, and the account "${account.name}", which runs PostgreSQL then, can't reach ${dataDir}: the data goes to ${SYSTEM_DATA_FOLDER}.`,
  );
  return SYSTEM_DATA_FOLDER;
}

/** @throws StartFailure when PostgreSQL's account, which for root is another one, can't get to the data folder. */
export function assertReachable(folder: string, account: DatabaseAccount): void {
  if (canEnter(account, folder)) return;
  throw new StartFailure(
    `The data folder ${folder} can't be reached by the account "${account.name}", which runs PostgreSQL because you are root.`,
    'Set GATEHOUSE_DATA_DIR to a folder outside of private homes, such as /var/lib/gatehouse, or run as an ordinary user.',
  );
}

/** The nearest part of the path that exists: where a folder still to be made would be made. */
function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

/** A folder inside the data folder that belongs to PostgreSQL's account and is closed to all others. */
export function openPrivateFolder(folder: string, account: DatabaseAccount): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (account.ids) chownSync(folder, account.ids.uid, account.ids.gid);
}

/**
 * The folder for unix sockets: `run/` of the data folder, or a private one of the system's temporary folder where
 * that path would be too long for a socket.
 * @throws StartFailure when somebody else made the latter
 */
export function openSocketFolder(dataDir: string, account: DatabaseAccount): string {
  const own = join(dataDir, 'run');
  if (own.length + 1 + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH) {
    openPrivateFolder(own, account);
    return own;
  }
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `gatehouse-${name}`);
  assertOurs(folder, account);
  openPrivateFolder(folder, account);
  return folder;
}

function assertOurs(folder: string, account: DatabaseAccount): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const owners = [process.getuid?.(), account.ids?.uid];
  if (!found || (found.isDirectory() && owners.includes(found.uid))) return;
  throw new StartFailure(
    `The path of the data folder is too long for a unix socket, and ${folder} belongs to somebody else.`,
    'Set GATEHOUSE_DATA_DIR to a shorter path.',
  );
}
