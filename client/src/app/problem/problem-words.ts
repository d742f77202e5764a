import { inject } from '@angular/core';
import { Language } from '../language/language';
import { injectKnownWords, injectWords, type Gaps } from '../language/words';
import { type Problem, type RefusedField, readProblem } from './problem';

/** Sentences for what went wrong, in the language shown. */
export interface ProblemWords {
  /** Of whatever failed outside a form: of a refused field, too. */
  of(error: unknown): string;
  ofProblem(problem: Problem): string;
  ofField(field: RefusedField): string;
  /** With the name of the field, where no field stands beside the words. */
  ofNamedField(field: RefusedField): string;
}

/** Gives {@link ProblemWords}; call it in an injection context. */
export function injectProblemWords(): ProblemWords {
  const t = injectWords();
  const known = injectKnownWords();
  const language = inject(Language);
  // The server speaks English, with names and numbers that a fixed phrase can't have.
  const say = (said: string, key: string, gaps?: Gaps): string | undefined => {
    const phrase = known(key, gaps);
    return language.shown() === 'en' ? said || phrase : (phrase ?? (said || undefined));
  };
  const ofProblem = (problem: Problem): string => {
    const reason = `unavailableReason.${String(problem.extra['reason'])}`;
    const key = known(reason) === undefined ? `problem.${problem.code}` : reason;
    return say(problem.detail, key) ?? t('problem.unexpected', { status: problem.status });
  };
  const ofField = ({ code, message, params }: RefusedField): string =>
    say(message, `refused.${code}`, params) ?? code;
  // Where no field stands beside the words, they say themselves what is wrong with it.
  const ofFirstField = ({ code, errors: [first] }: Problem): string | undefined =>
    code === 'validation_failed' && first ? ofField(first) : undefined;
  const of = (error: unknown): string => {
    const problem = readProblem(error);
    return ofFirstField(problem) ?? ofProblem(problem);
  };
  return {
    of,
    ofProblem,
    ofField,
    ofNamedField: (field) => t('phrase.told', { what: field.field, told: ofField(field) }),
  };
}
