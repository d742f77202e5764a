import type { Told } from '#libs/contracts';
import { injectKnownWords } from '../language/words';

/** Gives what a gateway tells in the language shown now, in English where it has no code that is known here. */
export function injectHostWords(): (told: Partial<Told>) => string {
  const known = injectKnownWords();
  return ({ code, params, message = '' }) =>
    (code === undefined ? undefined : known(`hostWords.${code}`, params)) ?? message;
}
