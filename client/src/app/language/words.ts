import { inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from './language';

/** Values that go into the gaps of a phrase. */
export type Gaps = Readonly<Record<string, string | number>>;

/** Gives the phrase of a key in the language shown now; inside a template or a computed it follows a change. */
export type Words = (key: string, gaps?: Gaps) => string;

/** The phrase book of a component: `readonly t = injectWords()`, then `{{ t('users.title') }}`. */
export function injectWords(): Words {
  const language = inject(Language);
  const transloco = inject(TranslocoService);
  return (key, gaps) => transloco.translate(key, gaps, language.shown());
}

/** Like {@link Words}, but undefined where the language files hold no such key: for codes that the server sends. */
export function injectKnownWords(): (key: string, gaps?: Gaps) => string | undefined {
  const language = inject(Language);
  const transloco = inject(TranslocoService);
  return (key, gaps) => {
    const name = language.shown();
    return key in transloco.getTranslation(name) ? transloco.translate(key, gaps, name) : undefined;
  };
}
