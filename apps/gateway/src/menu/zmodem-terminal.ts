import { ZmodemEnd, type ZmodemFault } from '../zmodem/zmodem-end.js';
import { ZmodemLine } from '../zmodem/zmodem-line.js';
import type { MenuScreen } from './menu-screen.js';

/** Silence after which nothing of a session is on its way any more. */
const QUIET_MS = 250;
/** The same where it ended early: the other end may still send a file. */
const BROKEN_QUIET_MS = 1_000;
const QUIET_PATIENCE_MS = 60_000;

/**
 * A ZMODEM session with the user's terminal program; gives why it ended early, null when it did not. Where the other
 * end never stops sending, the menu ends: what it sends must not be taken for keys.
 */
export function overZmodem(
  screen: MenuScreen,
  work: (line: ZmodemLine) => Promise<void>,
): Promise<ZmodemFault | null> {
  return screen.lend(async (downstream) => {
    const line = new ZmodemLine(downstream.input, downstream.output);
    downstream.listen({
      resized: () => undefined,
      signalled: (name) => {
        if (name === 'INT') line.fail('cancelled');
      },
      closed: () => {
        line.fail('gone');
      },
    });
    let isOver = false;
    try {
      await work(line);
      isOver = true;
      return null;
    } catch (error) {
      line.cancel();
      if (error instanceof ZmodemEnd) return error.fault;
      throw error;
    } finally {
      const isQuiet = await line.close(isOver ? QUIET_MS : BROKEN_QUIET_MS, QUIET_PATIENCE_MS);
      if (!isQuiet) screen.quit();
    }
  });
}
