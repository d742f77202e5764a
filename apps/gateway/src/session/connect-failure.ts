import { asTold, tell, type ConnectionStep, type HostWord, type Told } from '#libs/contracts';
import { NoAddressAnswers } from './dial.js';

/** What went wrong on the way to an asset, beyond what is told of it by a code. */
type OtherWord = 'login-refused' | 'session-refused' | 'no-secret' | 'login-ended' | 'too-many-sessions';

/** What a person is told of a failed connection: its words in other languages go by this. */
export type ConnectWord = HostWord | OtherWord;

/** A connection to an asset that did not come about: at which step, and in words for the person. */
export class ConnectFailure extends Error {
  readonly told: Told;
  /** What {@link told} says, where that has no code. */
  private readonly other: OtherWord | undefined;

  constructor(
    readonly step: ConnectionStep,
    told: string | Told,
    { cause, word }: ErrorOptions & { word?: OtherWord } = {},
  ) {
    super(asTold(told).message, { cause });
    this.told = asTold(told);
    this.other = word;
    this.name = 'ConnectFailure';
  }

  /** What it says; where it has neither a code nor a word, what happens at its step. */
  get word(): string {
    return this.told.code ?? this.other ?? WORD_OF_STEP[this.step];
  }
}

const WORD_OF_STEP: Readonly<Record<ConnectionStep, ConnectWord>> = {
  resolve: 'unknown-name',
  connect: 'connection-closed',
  'host-key': 'host-key-changed',
  login: 'session-refused',
  privilege: 'session-refused',
};

const networkReasons: Record<string, [ConnectionStep, HostWord, string]> = {
  ENOTFOUND: ['resolve', 'unknown-name', 'its address is no known name'],
  EAI_AGAIN: ['resolve', 'lookup-failed', 'its name could not be looked up now'],
  ECONNREFUSED: ['connect', 'connection-refused', 'nothing answers at its port (connection refused)'],
  EHOSTUNREACH: ['connect', 'no-route', 'there is no route to it'],
  ENETUNREACH: ['connect', 'no-route', 'there is no route to it'],
  ETIMEDOUT: ['connect', 'no-answer', 'it does not answer (timeout)'],
  ECONNRESET: ['connect', 'connection-closed', 'it closed the connection'],
};

/**
 * What a user can do about it, who is no administrator: `wait`, it may pass, or else `tell` one at once. null: its own
 * words say it.
 */
export function remedyOf({ word }: ConnectFailure): 'wait' | 'tell' | null {
  return REMEDIES[word] ?? null;
}

const REMEDIES: Readonly<Record<string, 'wait' | 'tell'>> = {
  'lookup-failed': 'wait',
  'connection-refused': 'wait',
  'no-route': 'wait',
  'no-answer': 'wait',
  'no-address-answers': 'wait',
  'connection-closed': 'wait',
  'unknown-name': 'tell',
  'not-ssh': 'tell',
  'no-algorithm': 'tell',
} satisfies Partial<Record<ConnectWord, 'wait' | 'tell'>>;

/** The failure of an ssh2 connection in words; never holds a secret. */
export function describeConnectError(
  assetName: string,
  error: Error & { code?: string; level?: string },
): ConnectFailure {
  const params = { asset: assetName };
  const failed = (step: ConnectionStep, code: HostWord, message: string, said = ''): ConnectFailure =>
    new ConnectFailure(
      step,
      { message, code, params: said ? { ...params, said } : params },
      { cause: error },
    );
  if (error instanceof NoAddressAnswers) {
    const message = `Can't reach ${assetName}: none of its addresses answers (${error.message}).`;
    return failed('connect', 'no-address-answers', message, error.message);
  }
  const known = networkReasons[error.code ?? ''];
  if (known) return failed(known[0], known[1], `Can't reach ${assetName}: ${known[2]}.`);
  if (error.level === 'client-authentication') {
    const message = `${assetName} refused the login of the system user. An administrator must push it again or correct its credential.`;
    return new ConnectFailure('login', message, { cause: error, word: 'login-refused' });
  }
  if (error.level === 'client-timeout' || /timed out/i.test(error.message)) {
    return failed('connect', 'no-answer', `Can't reach ${assetName}: it does not answer (timeout).`);
  }
  if (/no matching/i.test(error.message)) {
    const message = `${assetName} and this gateway share no algorithm: ${error.message}.`;
    return failed('connect', 'no-algorithm', message, error.message);
  }
  return failed('connect', 'connection-closed', `Can't connect to ${assetName}: it closed the connection.`);
}

/** Whether the host has no key any more of the types that are pinned for it, which alone the key exchange offers. */
export function hasNoPinnedType(error: Error): boolean {
  return /no matching host key/i.test(error.message);
}

/** The same to an administrator, who can do something about it: with what. */
export function adviseOn(
  assetName: string,
  error: Error & { code?: string; address?: string; port?: number },
): ConnectFailure {
  const { step, told } = describeConnectError(assetName, error);
  const { address, port } = error;
  if (told.code === 'connection-refused' && address !== undefined && port !== undefined) {
    return new ConnectFailure(step, tell('refused-at', { asset: assetName, address, port }), {
      cause: error,
    });
  }
  const code = ADVISED.find((word) => word === told.code);
  return new ConnectFailure(step, code ? tell(code, told.params) : told, { cause: error });
}

const ADVISED: readonly HostWord[] = [
  ...new Set(Object.values(networkReasons).map(([, word]) => word)),
  'no-algorithm',
  'no-address-answers',
];
