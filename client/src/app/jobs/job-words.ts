import type { RunItemState, RunState } from '#libs/contracts';
import type { StateKind } from '../display/state-mark';
import { injectKnownWords, injectWords } from '../language/words';

/** The colour of each state of a job, and of an asset in it. */
export const JOB_COLOURS: Readonly<Record<RunState | RunItemState, StateKind>> = {
  queued: 'idle',
  running: 'active',
  succeeded: 'good',
  partial: 'caution',
  failed: 'bad',
  stopped: 'idle',
};

/**
 * Gives what says the step of an asset in a job; call it in an injection context. Of one that is under way or was stopped
 * the server knows the step that was done last, of others the one that ended it.
 */
export function injectStepWords(): (state: RunItemState, step: string) => string {
  const t = injectWords();
  const known = injectKnownWords();
  return (state, step) => {
    const name = known(`step.${step}`) ?? step;
    return state === 'running' || state === 'stopped' ? t('step.after', { step: name }) : name;
  };
}
