import stringWidth from 'string-width';
import type { MenuScreen } from './menu-screen.js';
import { padded, wrapped } from './plain-text.js';
import type { MenuTexts } from './menu-texts.js';

const GAP = 2;
/** Below this width, keys and what they do stand on lines of their own. */
const NARROW = 60;

/** Shows what each key does, and the ways past the menu. */
export function showHelp(
  screen: MenuScreen,
  keys: readonly { help: keyof MenuTexts['help'] }[],
): Promise<void> {
  const { texts, width } = screen;
  const rows = keys.map(({ help }) => texts.help[help]);
  const first = Math.max(...rows.map(([typed]) => stringWidth(typed)));
  const lines = rows.flatMap(([typed, does]) => {
    if (width < NARROW) return [typed, ...wrapped(does, width - GAP - 1).map((line) => `  ${line}`)];
    const room = width - first - GAP - 1;
    return wrapped(does, room).map(
      (line, index) => padded(index === 0 ? typed : '', first) + ' '.repeat(GAP) + line,
    );
  });
  // commands to copy are never broken up: the terminal itself wraps them
  return screen.page([...lines, '', ...texts.past(screen.doorway)]);
}
