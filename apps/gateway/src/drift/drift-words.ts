import type { DriftFinding, DriftKind } from '#libs/contracts';

type Words = (finding: DriftFinding) => string;

/** For the steps of a scan; the console has words of its own. */
const WORDS: Readonly<Record<DriftKind, Words>> = {
  'account-missing': () => 'there is no such account',
  'account-uid': ({ pushed, found }) => `its uid is ${found}, not ${pushed}: it is another account`,
  'account-shell': ({ pushed, found }) => `its shell is ${found}, not ${pushed}`,
  'account-home': ({ pushed, found }) => `its home is ${found}, not ${pushed}`,
  'home-missing': ({ pushed, found }) => `its home ${pushed} is ${found ? `a ${found}` : 'not there'}`,
  'account-groups': ({ pushed, found }) => `its groups are ${found || 'none'}, not ${pushed || 'none'}`,
  'account-comment': ({ pushed, found }) => `its comment is “${found}”, not “${pushed}”`,
  'account-locked': () => 'its password is locked',
  'account-expired': () => 'the account has expired',
  'key-missing': () => 'its key is not in authorized_keys',
  'key-changed': () => 'the line of its key in authorized_keys was changed',
  'keys-unreadable': ({ found }) => `its authorized_keys can not be read (${found || 'no answer'})`,
  'keys-other': ({ found }) => `other keys in authorized_keys: ${found}`,
  'password-refused': () => 'its password is refused',
  'sudo-missing': () => 'its sudoers file is gone',
  'sudo-changed': () => 'its sudoers file was changed',
  'sudo-mode': ({ pushed, found }) => `mode and owner of its sudoers file are ${found}, not ${pushed}`,
  'sudo-left': () => 'there is a sudoers file, and no sudo alias was pushed',
};

/** What a scan says of one system user. */
export function driftMessage(username: string, findings: readonly DriftFinding[]): string {
  const isDrifted = findings.some(({ isNote }) => !isNote);
  const said = findings.map((finding) => WORDS[finding.finding](finding)).join('; ');
  return `${username}: ${isDrifted ? 'differs' : 'as it was pushed'}${said && `: ${said}`}.`;
}
