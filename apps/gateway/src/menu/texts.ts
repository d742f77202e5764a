import type { MenuTexts } from './menu-texts.js';
import { EN } from './texts-en.js';
import { ZH_CN } from './texts-zh.js';

/** Languages of the menu. */
export type MenuLanguage = 'en' | 'zh-CN';

/** Everything the menu says. */
export const MENU_TEXTS: Readonly<Record<MenuLanguage, MenuTexts>> = { en: EN, 'zh-CN': ZH_CN };

/** The user's own setting, else the client's LC_ALL, LC_MESSAGES or LANG. */
export function chooseLanguage(
  setting: string | null,
  environment: Readonly<Record<string, string>>,
): MenuLanguage {
  if (setting === 'en' || setting === 'zh-CN') return setting;
  const locale = environment['LC_ALL'] ?? environment['LC_MESSAGES'] ?? environment['LANG'] ?? '';
  return locale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
