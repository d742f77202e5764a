import { injectKnownWords, injectWords } from '../language/words';
import { isRecord } from '../problem/problem';
import { formatSize } from './field-texts';

/** Says a field's value as people read it: enumerations in their language, lists in a line, sizes with their unit. */
export interface ChangeWords {
  of(field: string, value: unknown): string;
}

/** Sections of the language files that hold a field's values. */
const SECTION_OF: Readonly<Record<string, string>> = {
  type: 'assetType',
  environment: 'assetEnvironment',
  status: 'assetStatus',
};

/** Gives {@link ChangeWords}; call it in an injection context. */
export function injectChangeWords(): ChangeWords {
  const t = injectWords();
  const known = injectKnownWords();
  const nothing = (): string => t('assetChanges.empty');

  const ofObject = (value: Record<string, unknown>): string => {
    const { name, sizeMib } = value;
    if (typeof name === 'string' && typeof sizeMib === 'number') return `${name} ${formatSize(sizeMib)}`;
    return Object.entries(value)
      .map(([key, each]) => `${key}=${String(each)}`)
      .join(', ');
  };
  const of = (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === '') return nothing();
    if (typeof value === 'boolean') return t(value ? 'state.active' : 'state.inactive');
    if (typeof value === 'number') return field === 'memoryMib' ? formatSize(value) : String(value);
    if (Array.isArray(value))
      return value.map((each) => of(field, each)).join(t('phrase.between')) || nothing();
    if (isRecord(value)) return ofObject(value) || nothing();
    const section = SECTION_OF[field];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return (section && known(`${section}.${text}`)) ?? text;
  };
  return { of };
}
