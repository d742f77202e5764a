import type { Told } from '#libs/contracts';
import { injectKnownWords, injectWords } from '../language/words';

/** Gives what a gateway tells in the language shown now, in English where it has no code that is known here. */
export function injectHostWords(): (told: Partial<Told>) => string {
  const t = injectWords();
  const known = injectKnownWords();
  /** Fields of an asset stand in `fields` as the API calls them. */
  const named = (fields: string): string =>
    fields
      .split(', ')
      .map((field) => known(`assetField.${field}`) ?? field)
      .join(t('phrase.between'));
  return ({ code, params = {}, message = '' }) => {
    const { fields } = params;
    const gaps = fields === undefined ? params : { ...params, fields: named(fields) };
    return (code === undefined ? undefined : known(`hostWords.${code}`, gaps)) ?? message;
  };
}
