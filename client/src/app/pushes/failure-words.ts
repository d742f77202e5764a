import type { PushFailureView } from '../api/models/push-failure-view';
import { injectHostWords } from '../display/host-words';

/** What says why a push failed; null: none did. */
export type Failed = { failure: string | null } & Pick<PushFailureView, 'failureTold'>;

/** Gives why a push failed in the language shown now; blank: it didn't. */
export function injectFailureWords(): (failed: Failed) => string {
  const words = injectHostWords();
  return ({ failure, failureTold }) => words(failureTold ?? { message: failure ?? '' });
}
