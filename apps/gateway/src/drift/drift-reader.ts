import { tell } from '#libs/contracts';
import { StepFailure } from '../jobs/run-worker.js';

/** What an asset says of one account. */
export interface AccountSeen {
  /** Its line in passwd; null: there is none. */
  entry: { uid: string; comment: string; home: string; shell: string } | null;
  /** Whether the shell that was pushed can be run here. */
  isShellThere: boolean;
  /** null: not known. */
  password: string | null;
  isExpired: boolean;
  /** Supplementary ones, by name. */
  groups: string[];
  home: string;
  /** How `authorized_keys` was found; `read`: with the lines that have our mark or our key, and how many others. */
  keys: { state: string; lines: string[]; others: number };
  /** Further files from which sshd accepts keys of the account, with how many each holds. */
  elsewhere: { path: string; count: number }[];
  sudo: { state: string; mode: string; digest: string };
}

const MAX_PATH = 300;

type Answers = ReadonlyMap<string, readonly string[]>;

/** Reads what {@link DRIFT_SCRIPT} said. @throws StepFailure when it is no sound answer */
export function readAccount(username: string, answer: string): AccountSeen {
  const told = gather(answer);
  if (first(told, 'end') !== 'ok') {
    throw new StepFailure('drift', tell('drift-unsound', { username }));
  }
  const main = first(told, 'main');
  const all = first(told, 'groups').split(' ').filter(Boolean);
  const expires = first(told, 'expires');
  const others = first(told, 'home:others');
  return {
    entry: entryOf(username, first(told, 'entry')),
    isShellThere: first(told, 'shell') === 'there',
    password: told.has('password') ? first(told, 'password') : null,
    isExpired: /^\d+$/.test(expires) && Number(expires) <= Number(first(told, 'today')),
    groups: [...new Set(all)].filter((group) => group !== main).sort(),
    home: first(told, 'home'),
    keys: {
      state: first(told, 'home:keys'),
      lines: [...(told.get('home:key') ?? [])],
      others: /^\d{1,7}$/.test(others) ? Number(others) : 0,
    },
    elsewhere: elsewhereIn(told),
    sudo: {
      state: first(told, 'sudo'),
      mode: first(told, 'sudomode'),
      digest: first(told, 'sudodigest'),
    },
  };
}

function gather(answer: string): Answers {
  const told = new Map<string, string[]>();
  for (const line of answer.split('\n')) {
    const at = line.indexOf('=');
    if (at < 1) continue;
    const name = line.slice(0, at);
    told.set(name, [...(told.get(name) ?? []), line.slice(at + 1)]);
  }
  return told;
}

const first = (told: Answers, name: string): string => told.get(name)?.[0] ?? '';

/** Lines `count path`; those without a key are left out. */
function elsewhereIn(told: Answers): AccountSeen['elsewhere'] {
  const lines = [...(told.get('home:elsewhere') ?? []), ...(told.get('elsewhere') ?? [])];
  return lines.flatMap((line) => {
    const [, count = '0', path = ''] = /^(\d{1,7}) (.+)$/.exec(line) ?? [];
    return Number(count) > 0 ? [{ path: path.slice(0, MAX_PATH).toWellFormed(), count: Number(count) }] : [];
  });
}

/** passwd(5) */
function entryOf(username: string, line: string): AccountSeen['entry'] {
  if (line === '') return null;
  const [name, , uid = '', , comment = '', home = '', shell = ''] = line.split(':');
  if (name === username && /^\d+$/.test(uid)) return { uid, comment, home, shell };
  throw new StepFailure('drift', tell('passwd-unsound', { username }));
}
