import type { Caller } from '../http/caller.js';
import type { SheetLanguage } from './columns.js';

/** As asked for, else as the user has chosen, else English. */
export function languageFor(asked: SheetLanguage | undefined, { user }: Caller): SheetLanguage {
  return asked ?? (user.language === 'zh-CN' ? 'zh-CN' : 'en');
}
