import type { Terminal } from '@xterm/headless';

/** Lists of what handles a control sequence, by its number. */
export type Handlers = Record<string, (() => unknown)[]>;

/** What is used of xterm's own parts, which have no types to be had. */
export interface XtermParts {
  _publicOptions?: unknown;
  _core: {
    writeSync: (text: string | Uint8Array) => void;
    optionsService: { options: unknown; rawOptions: { convertEol: boolean } };
    buffer: {
      scrollTop: number;
      scrollBottom: number;
      tabs: Record<string, boolean>;
      ybase: number;
      savedX: number;
      savedY: number;
      savedCharset: object | undefined;
    };
    _charsetService: { glevel: number; charset: object | undefined; _charsets: (object | undefined)[] };
    _inputHandler: {
      _parseBuffer: Uint32Array;
      _utf8Decoder: { interim: Uint8Array };
      selectCharset: (collected: string) => boolean;
      _parser: {
        currentState: number;
        initialState: number;
        _csiHandlers: Handlers;
        _escHandlers: Handlers;
        _oscParser: { _handlers: Handlers };
        _dcsParser: { _handlers: Handlers };
        _escHandlerFb: (id: number) => void;
      };
    };
  };
}

/** @throws Error where xterm is not the version that these parts are of, 6.0.0 */
export function partsOf(terminal: Terminal): XtermParts {
  if (!hasParts(terminal)) throw new Error('This xterm has other parts than xterm 6.0.0.');
  return terminal;
}

function hasParts(terminal: Terminal): terminal is Terminal & XtermParts {
  return '_core' in terminal;
}
