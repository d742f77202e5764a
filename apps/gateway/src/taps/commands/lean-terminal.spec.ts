import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import headless, { type Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { leanTerminal, PIECE } from './lean-terminal.js';

const OPTIONS = { cols: 40, rows: 10, scrollback: 60, allowProposedApi: true, logLevel: 'off' } as const;

async function shown(terminal: Terminal, bytes: Buffer): Promise<string[]> {
  for (let at = 0; at < bytes.length; at += PIECE) terminal.write(bytes.subarray(at, at + PIECE));
  await new Promise<void>((done) => {
    terminal.write('', done);
  });
  const { active } = terminal.buffer;
  const rows = Array.from({ length: active.length }, (_, row) =>
    active.getLine(row)?.translateToString(true),
  );
  return [`${active.type} ${active.cursorX} ${active.cursorY}`, ...rows.map((row) => row ?? '')];
}

describe('a lean terminal', () => {
  it.each([
    ['line drawing', '\x1b(0lqqqk\x1b(B plain \x1b)0\x0eqqq\x0f q'],
    // ISO 2022 with 94 and 96 characters, locking shifts of G2 and G3
    ['national characters', '\x1b(A#\x1b(K[]{}\x1b(B \x1b*R\x1bn[]\x1bo\x1b(B\x1b-Q\x1b~#\x1b/=\x1b|#'],
    ['what is no character set', '\x1b(!\x1b(9x\x1b%Gy\x1b#8\x1b[2;3Hz\x1bD\x1bMu\x1bEv'],
    [
      'modes',
      'a\nb\x1b[20hc\nd\x1b[20le\nf\x1b[?12hg\x1b[?12l\x1b[?1049hother\x1b[?1049l\x1b[4hins\x1b[4l\x1bcreset\r\n',
    ],
    ['titles and strings', '\x1b]0;a title\x07\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\ \x1bP$qm\x1b\\end'],
    ['wide characters', '中文字符'.repeat(3000)],
    ['a flood', 'all work and no play '.repeat(2000)],
  ])('shows what xterm shows: %s', async (_, text) => {
    const bytes = Buffer.from(text);
    expect(await shown(leanTerminal(OPTIONS), bytes)).toEqual(
      await shown(new headless.Terminal(OPTIONS), bytes),
    );
  });

  it('costs less than 95 KB', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const many: Terminal[] = [];
    const open = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made++) {
        const terminal = leanTerminal({ ...OPTIONS, cols: 80, rows: 24 });
        await shown(terminal, Buffer.from('\x1b[?2004h$ echo typed\r\ntyped\r\n$ '));
        many.push(terminal);
      }
    };
    await open(20);
    const before = used();
    await open(100);
    expect((used() - before) / 100 / 1024).toBeLessThan(95);
    expect(many).toHaveLength(120);
  });
});
