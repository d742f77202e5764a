import { inject } from '@angular/core';
import type { CanDeactivateFn } from '@angular/router';
import { injectWords } from '../language/words';
import { Questions } from '../question/questions';

/** A page that may hold input which would be lost. */
export interface HoldsInput {
  /** Whether leaving now would lose something that the person typed. */
  hasUnsavedInput(): boolean;
}

/** Asks before a page with unsaved input is left. */
export const keepsInput: CanDeactivateFn<HoldsInput> = (page) => {
  if (!page.hasUnsavedInput()) return true;
  const t = injectWords();
  return inject(Questions).ask({
    heading: t('unsaved.heading'),
    text: t('unsaved.text'),
    yes: t('unsaved.leave'),
    destroys: true,
  });
};
