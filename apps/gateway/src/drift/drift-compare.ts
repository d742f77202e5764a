import type { DriftFinding, DriftKind } from '#libs/contracts';
import type { PushedHere } from '#libs/push';
import { gecosOf } from '../push/asset-pusher.js';
import { keyMark } from '../push/key-scripts.js';
import type { AccountSeen } from './drift-reader.js';

/** Longest text that a finding quotes of an asset. */
const MAX_QUOTE = 200;
/** As a push installs it: mode, owner, group. */
const SUDOERS_MODE = '-r--r----- 0 0';

/** What differs between what was pushed and what is seen. */
export function compare(pushed: PushedHere, seen: AccountSeen): DriftFinding[] {
  return [...compareAccount(pushed, seen), ...compareSudo(pushed, seen)];
}

function compareAccount(here: PushedHere, seen: AccountSeen): DriftFinding[] {
  const { pushed, username, accountExisted, accountUid } = here;
  const { entry } = seen;
  if (!entry) return [differs('account-missing', username, '')];
  const isOurs = accountExisted === false;
  const comment = gecosOf(pushed.comment);
  const shell = seen.isShellThere ? pushed.shell : '/bin/sh';
  return [
    ...unless(accountUid === null || accountUid === entry.uid, 'account-uid', accountUid ?? '', entry.uid),
    ...unless(shell === entry.shell, 'account-shell', shell, entry.shell),
    ...unless(pushed.home === '' || pushed.home === entry.home, 'account-home', pushed.home, entry.home),
    ...unless(
      seen.home === 'folder',
      'home-missing',
      entry.home,
      seen.home === 'link' ? 'symbolic link' : '',
    ),
    ...compareGroups(here, seen),
    ...unless(!isOurs || comment === entry.comment, 'account-comment', comment, entry.comment),
    ...unless(seen.password !== 'locked', 'account-locked', '', ''),
    ...unless(!seen.isExpired, 'account-expired', '', ''),
    ...compareKeys(here, seen),
    ...seen.elsewhere.map(({ path, count }) => note('keys-elsewhere', quoted(`${path} (${count})`))),
  ];
}

/** An account that was there before has groups of its own besides. */
function compareGroups({ pushed, accountExisted }: PushedHere, seen: AccountSeen): DriftFinding[] {
  const wanted = pushed.groups.toSorted();
  const found = accountExisted === false ? seen.groups : seen.groups.filter((one) => wanted.includes(one));
  return unless(wanted.join(' ') === found.join(' '), 'account-groups', wanted.join(' '), found.join(' '));
}

function compareKeys({ publicKey, systemUserId }: PushedHere, { keys }: AccountSeen): DriftFinding[] {
  const { state, lines, others } = keys;
  const noted = others > 0 ? [note('keys-other', String(others))] : [];
  if (publicKey === null) return noted;
  if (state === 'none') return [differs('key-missing', '', '')];
  if (state !== 'read') return [differs('keys-unreadable', '', state)];
  const line = `${publicKey} ${keyMark(systemUserId)}`;
  if (lines.includes(line)) {
    const more = lines.filter((one) => one !== line).length + others;
    return more > 0 ? [note('keys-other', String(more))] : [];
  }
  const [found] = lines;
  return [
    found === undefined ? differs('key-missing', '', '') : differs('key-changed', line, found),
    ...noted,
  ];
}

function compareSudo({ pushed }: PushedHere, { sudo }: AccountSeen): DriftFinding[] {
  if (pushed.sudoers === '') return unless(sudo.state === 'none', 'sudo-left', '', '');
  if (sudo.state === 'none') return [differs('sudo-missing', '', '')];
  if (sudo.state !== 'file') return [differs('sudo-changed', '', sudo.state)];
  return [
    ...unless(sudo.digest === pushed.sudoers, 'sudo-changed', '', ''),
    ...unless(sudo.mode === SUDOERS_MODE, 'sudo-mode', SUDOERS_MODE, sudo.mode),
  ];
}

function unless(isSame: boolean, finding: DriftKind, pushed: string, found: string): DriftFinding[] {
  return isSame ? [] : [differs(finding, pushed, found)];
}

/** One that a push would put right. */
export function differs(finding: DriftKind, pushed: string, found: string): DriftFinding {
  return { finding, isNote: false, pushed: quoted(pushed), found: quoted(found) };
}

function note(finding: DriftKind, found: string): DriftFinding {
  return { finding, isNote: true, pushed: '', found };
}

function quoted(text: string): string {
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}
