import headless, {
  type ITerminalInitOnlyOptions,
  type ITerminalOptions,
  type Terminal as HeadlessTerminal,
} from '@xterm/headless';
import { partsOf, type Handlers } from './xterm-parts.js';

/** Bytes that are decoded at once: as long as xterm's own buffer for what it decoded is at first. */
export const PIECE = 4096;

/** One for all terminals of a thread: what it holds is read before anything else runs. */
const decoded = new Uint32Array(PIECE);

/** ISO 2022: what begins the choice of a character set; the character set is the byte behind it. */
const CHARSET = /^[()*+./-]$/;

/**
 * A terminal without a window that costs about half the memory of xterm's own, which is made for one in a page, not for
 * thousands in a server. Its options can't be read or changed any more, and what is written must come in pieces of at
 * most {@link PIECE} bytes. xterm 6.0.0; `lean-terminal.spec` fails where another version has other parts.
 */
export function leanTerminal(options: ITerminalOptions & ITerminalInitOnlyOptions): HeadlessTerminal {
  const terminal = new headless.Terminal(options);
  const parts = partsOf(terminal);
  const { optionsService, _inputHandler: input } = parts._core;
  input._parseBuffer = decoded;
  // two functions for each of 45 options, twice, which tell listeners that there aren't
  delete parts._publicOptions;
  optionsService.options = optionsService.rawOptions;
  const { _parser: parser } = input;
  parser._csiHandlers = exact(parser._csiHandlers);
  parser._oscParser._handlers = exact(parser._oscParser._handlers);
  parser._dcsParser._handlers = exact(parser._dcsParser._handlers);
  const { charsets, others } = split(parser._escHandlers);
  parser._escHandlers = exact(others);
  // a function for each character set in each of seven places becomes one for all
  parser._escHandlerFb = (id) => {
    if (charsets.has(id)) input.selectCharset(String.fromCharCode(id >> 8, id & 0xff));
  };
  return terminal;
}

/** Ids of the choices of a character set are the same in all terminals, and kept once. */
let charsetIds: ReadonlySet<number> | undefined;

function split(handlers: Handlers): { charsets: ReadonlySet<number>; others: Handlers } {
  const isCharset = (id: number): boolean => id >> 8 !== 0 && CHARSET.test(String.fromCharCode(id >> 8));
  const ids = Object.keys(handlers).map(Number);
  charsetIds ??= new Set(ids.filter(isCharset));
  const others = Object.entries(handlers).filter(([id]) => !isCharset(Number(id)));
  return { charsets: charsetIds, others: Object.fromEntries(others) };
}

/** Lists that grew by a first entry have room for 17. */
function exact(handlers: Handlers): Handlers {
  return Object.fromEntries(Object.entries(handlers).map(([id, list]) => [id, list.slice()]));
}
