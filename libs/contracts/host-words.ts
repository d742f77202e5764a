import { PUSH_WORDS } from './push-words.js';

/**
 * What gateways tell of work on assets: a stable code, and English with gaps. The API sends code, gaps and the English
 * sentence; the console has a phrase of its own for each code in both languages and falls back to the sentence.
 */
export const HOST_WORDS = {
  // steps that went well
  resolved: '{name} is {address}',
  answers: '{address}:{port} answers.',
  'key-is-pinned': 'The host key is the pinned one.',
  'logged-in': 'Logged in as {username}.',
  root: 'It is root.',
  sudoer: 'It may do everything, by sudo.',
  'facts-told': 'It told its facts.',
  'facts-same': 'Nothing changed.',
  'facts-changed': 'Changed: {fields}.',
  'keys-new': 'It showed {count} host keys; none is pinned.',
  'keys-same': 'It showed the pinned host key.',
  'keys-changed': 'It showed other host keys than those pinned.',
  // the way to the asset
  'unknown-name':
    "Can't reach {asset}: its address is no known name. Correct its address, or the name service of the gateways.",
  'lookup-failed':
    "Can't reach {asset}: its name could not be looked up now. Correct its address, or the name service of the gateways.",
  'connection-refused':
    "Can't reach {asset}: nothing answers at its port (connection refused). Check its address and port, that its sshd runs, and the firewalls between the gateways and it.",
  'refused-at':
    "Can't reach {asset}: nothing answers at {address} port {port} (connection refused). Check its address and port, that its sshd runs, and the firewalls between the gateways and it.",
  'no-route':
    "Can't reach {asset}: there is no route to it. Check its address and port, and the network between the gateways and it.",
  'no-answer':
    "Can't reach {asset}: it does not answer (timeout). Check its address and port, that its sshd runs, and the firewalls between the gateways and it.",
  'no-address-answers':
    "Can't reach {asset}: none of its addresses answers ({said}). Check its addresses and port, that its sshd runs, and the firewalls between the gateways and it.",
  'not-ssh':
    '{asset} answers, but not as an SSH server: something else listens at its port. Correct its address or port.',
  'connection-closed':
    "Can't connect to {asset}: it closed the connection. Check its address and port, that its sshd runs, and the firewalls between the gateways and it.",
  'no-algorithm': '{asset} and this gateway share no algorithm: {said}. Bring its sshd up to date.',
  'asset-deleted': 'This asset was deleted just now.',
  'asset-inactive': '{asset} is inactive: make it active, then try again.',
  'no-admin-account': 'No admin account: choose one for the asset or set one in the default settings.',
  'no-pinned-key': 'No host key of {asset} is pinned: scan it, compare the fingerprint, and pin it.',
  'host-key-changed':
    'The host key of {asset} is not the pinned one. Scan it, and find out why it changed before you pin the new one.',
  'closed-before-login': '{asset} closed the connection before the login.',
  'admin-login-refused':
    '{asset} refused the login of the admin account {username}: correct its password or key.',
  'no-sudo': '{username} is not root on {asset}, and there is no sudo: use root as its admin account.',
  'not-root':
    '{username} is neither root on {asset} nor has sudo without a password: add NOPASSWD: ALL for it to sudoers.',
  'no-host-key': 'No host key was offered.',
  // what runs there
  'command-refused':
    "{asset} refused to run a command. Look at the account's login shell, and for a forced command in the asset's sshd_config.",
  'script-not-run':
    "{asset} did not run the script ({said}). Look at the account's login shell, and for a forced command in the asset's sshd_config.",
  'command-timeout': '{asset} did not finish in time. Look at its load, then try again.',
  'too-much-output': '{asset} wrote more than it may. Look at what its programs print.',
  'connection-lost': 'The connection to {asset} broke off. Look at the log of its sshd, then try again.',
  'no-facts': '{asset} did not say what it is: facts are told by Linux hosts with a POSIX shell.',
  'too-late': '{asset} was not done within {seconds} s. Look at its load, then try again.',
  stopped: 'Stopped.',
  'gateway-failed': 'The gateway failed. Its log says more.',
  ...PUSH_WORDS,
} as const satisfies Record<string, string>;

/** Code of something that gateways tell. */
export type HostWord = keyof typeof HOST_WORDS;

/** Whether it is a code of something that gateways tell. */
export function isHostWord(code: string): code is HostWord {
  return Object.hasOwn(HOST_WORDS, code);
}

/** Something told: in English, and by its code with what goes into the gaps. */
export interface Told {
  message: string;
  code?: string | undefined;
  params?: Record<string, string> | undefined;
}

/** Says it, in English and by code. What comes from an asset goes into a gap; a half of a character that was cut off there is replaced, as the database takes no such text. */
export function tell(code: HostWord, params: Record<string, string | number> = {}): Told {
  const texts = Object.fromEntries(
    Object.entries(params).map(([gap, value]) => [gap, String(value).toWellFormed()]),
  );
  const message = HOST_WORDS[code].replace(/\{(\w+)\}/g, (whole, gap: string) => texts[gap] ?? whole);
  return { message, code, ...(Object.keys(texts).length > 0 && { params: texts }) };
}

/** A sentence without a code stands for itself. */
export function asTold(told: string | Told): Told {
  return typeof told === 'string' ? { message: told } : told;
}
