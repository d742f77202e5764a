import type { BatchFailure, Told } from '#libs/contracts';
import type { SessionWords } from '../session/session-words.js';
import type { FailureCause } from './failure-words.js';

/** A code of the console's words, and what goes into their gaps; null: there are none for it. */
type Code = Pick<Told, 'code' | 'params'> | null;

/** What keeps a session from its begin or ends its connection. The asset's name stands beside it wherever it is shown. */
const CODES: SessionWords<Code> = {
  watched: null,
  endedBy: (name) => ({ code: 'terminated', params: { name } }),
  restarting: { code: 'gateway-restarts' },
  tooMany: (max) => ({ code: 'too-many-of-yours', params: { max: String(max) } }),
  notCheckable: null,
  withdrawn: null,
  longest: null,
  idle: null,
  assetClosed: () => null,
  noRecord: null,
  recordingFailed: null,
  recordingInterrupted: null,
  recordsLost: null,
  recordsMayGap: null,
  noSftp: () => null,
  failed: ({ word: code, told }) => ({ code, params: { said: told.params?.['said'] ?? '' } }),
  refused: ({ reason: code, about: { systemUsername: systemUser, action } }) => ({
    code,
    params: { systemUser, action },
  }),
  noRule: { code: 'no_rule' },
  cannotCheck: { code: 'cannot-check' },
  noRecords: { code: 'no-records' },
  nameHost: null,
  nameSystemUser: () => null,
  only: () => null,
};

/** Those whose reason isn't always the same. */
const NAMED: readonly BatchFailure[] = ['refused', 'connect_failed', 'terminated'];

/** Why it failed, by a code with what goes into its gaps; null: the failure says it all, or only its sentence does. */
export function codeOf({ failure, said }: FailureCause): Code {
  return NAMED.includes(failure) ? (said?.(CODES) ?? null) : null;
}
