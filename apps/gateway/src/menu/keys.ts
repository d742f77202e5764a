import type { AssetLists } from './asset-lists.js';
import type { BatchMenu } from './batch-menu.js';
import type { FileMenu } from './file-menu.js';
import type { GroupList } from './group-list.js';
import { showHelp } from './help.js';
import type { MenuScreen } from './menu-screen.js';
import type { MenuTexts } from './menu-texts.js';

/** What the keys work on. */
export interface MenuDesk {
  screen: MenuScreen;
  assets: AssetLists;
  groups: GroupList;
  batch: BatchMenu;
  files: FileMenu;
}

/** What decides whether a line is a key. */
export interface KeyState {
  assets: Pick<AssetLists, 'hasPages'>;
}

/** One key of the menu (FEATURES C1). */
export interface MenuKey {
  /** Its line in the help. */
  help: keyof MenuTexts['help'];
  /** What is typed, upper or lower case; what the group takes is the argument. */
  typed: RegExp;
  /** It is a key only while this holds; else what was typed is text to look for. */
  when?: (state: KeyState) => boolean;
  act(desk: MenuDesk, argument: string): Promise<void> | void;
}

/** The keys, in the order of the help; the first that fits what was typed acts. Text that is no key comes last. */
export const MENU_KEYS: readonly MenuKey[] = [
  { help: 'list', typed: /^p?$/i, act: ({ assets }) => assets.list('') },
  { help: 'row', typed: /^(\d{1,9})$/, act: ({ assets }, number) => assets.pickRow(Number(number)) },
  { help: 'search', typed: /^\/(.*)$/, act: ({ assets }, text) => assets.list(text.trim()) },
  { help: 'groups', typed: /^g$/i, act: ({ groups }) => groups.list() },
  { help: 'group', typed: /^g\s?(\d{1,6})$/i, act: ({ groups }, number) => groups.open(Number(number)) },
  { help: 'favourites', typed: /^f$/i, act: ({ assets }) => assets.listFavourites() },
  { help: 'recent', typed: /^r$/i, act: ({ assets }) => assets.turnOrder() },
  { help: 'next', typed: /^n$/i, when: hasPages, act: ({ assets }) => assets.turnPage(1) },
  { help: 'before', typed: /^b$/i, when: hasPages, act: ({ assets }) => assets.turnPage(-1) },
  { help: 'batch', typed: /^e$/i, act: ({ batch }) => batch.start() },
  { help: 'upload', typed: /^u$/i, act: ({ files }) => files.upload() },
  { help: 'download', typed: /^d$/i, act: ({ files }) => files.download() },
  { help: 'help', typed: /^(?:h|\?|help)$/i, act: ({ screen }) => showHelp(screen, MENU_KEYS) },
  { help: 'quit', typed: /^(?:q|quit|exit)$/i, act: ({ screen }) => leave(screen) },
  { help: 'find', typed: /^(.*)$/, act: ({ assets }, text) => assets.find(text) },
];

/** The key that a line is, and its argument. */
export function readKey(line: string, state: KeyState): { key: MenuKey; argument: string } {
  const text = line.trim();
  for (const key of MENU_KEYS) {
    const match = key.typed.exec(text);
    if (match && (key.when?.(state) ?? true)) return { key, argument: match[1] ?? '' };
  }
  throw new Error('no key takes any text');
}

function hasPages({ assets }: KeyState): boolean {
  return assets.hasPages;
}

function leave(screen: MenuScreen): void {
  screen.say(screen.texts.bye);
  screen.quit();
}
