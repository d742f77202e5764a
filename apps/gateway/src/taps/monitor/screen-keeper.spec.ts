import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLogger } from '#libs/kernel';
import { RecordingStore, type RecordingWriter } from '#libs/session-audit';
import { recordedScreen } from './recorded-screen.js';
import { ScreenDesk } from './screen-desk.js';
import { ScreenKeeper, type ShownSession } from './screen-keeper.js';
import type { ScreenModel } from './screen-model.js';

const MEGABYTE = 1024 * 1024;
const header = { columns: 80, rows: 24, startedAt: new Date(), title: 't', terminal: 'xterm-256color' };
const logger = makeLogger('test', 'fatal');

describe('the screen of a long session', () => {
  let folder: string;
  let shown = 0;
  let writer: RecordingWriter;
  let session: ShownSession;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-screen-'));
    const events = { failed: () => undefined, drained: () => undefined };
    writer = await new RecordingStore(folder).create('2026/01/01/a.cast.gz', header, events);
    const size = { columns: 90, rows: 30 };
    const screen = { size: () => size, recorded: () => writer.soFar(), tap: () => () => undefined };
    session = {
      id: 'a',
      get shownBytes() {
        return shown;
      },
      screen: () => screen,
    };
    print('\x1b[?1049h\x1b[2J\x1b[3;5Hdrawn once');
    writer.resize(90, 30);
  });
  afterAll(async () => {
    await writer.close();
    await rm(folder, { recursive: true, force: true });
  });

  function print(text: string | Buffer): void {
    shown += Buffer.byteLength(text);
    writer.output(Buffer.from(text));
  }

  /** Draws over one row again and again, and at last the word. */
  function redraw(bytes: number, word: string): void {
    const line = '\x1b[10;1H0123456789'.repeat(1000);
    for (let done = 0; done < bytes; done += line.length) print(line);
    print(`\x1b[10;1H${word}\x1b[K`);
  }

  const text = ({ terminal }: ScreenModel): string =>
    Array.from(
      { length: terminal.rows },
      (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');

  async function screenNow(keeper: ScreenKeeper): Promise<ScreenModel> {
    const screen = session.screen();
    if (!screen) throw new Error('there is no screen');
    return recordedScreen(await keeper.sourceOf(session, screen));
  }

  it('has what was drawn long before the part of the recording that is read, and a cut character', async () => {
    const keeper = new ScreenKeeper(() => [session], new ScreenDesk(logger), logger);
    try {
      redraw(5 * MEGABYTE, 'first');
      const screen = session.screen();
      if (!screen) throw new Error('there is no screen');
      expect((await keeper.sourceOf(session, screen)).known).toBeNull();
      await expect
        .poll(async () => (await keeper.sourceOf(session, screen)).known, { timeout: 15_000 })
        .not.toBeNull();
      redraw(5 * MEGABYTE, 'second');
      print(Buffer.from('\x1b[12;1H中').subarray(0, -1));
      const source = await keeper.sourceOf(session, screen);
      expect(source.from.shown).toBeGreaterThan(MEGABYTE);
      const model = await recordedScreen(source);
      await model.write(Buffer.from('中').subarray(2));
      expect(text(model)).toMatch(/drawn once[^]*\nsecond\n\n中/);
      expect(model.size).toEqual({ columns: 90, rows: 30 });
      expect(model.terminal.buffer.active.type).toBe('alternate');
    } finally {
      keeper.close();
    }
  });

  it('is read from a place near its end when nobody kept it', async () => {
    const keeper = new ScreenKeeper(() => [], new ScreenDesk(logger), logger);
    keeper.close();
    redraw(5 * MEGABYTE, 'third');
    const { recent, shown: all } = await writer.soFar();
    expect(all - recent.shown).toBeLessThan(3 * MEGABYTE);
    expect(text(await screenNow(keeper))).toContain('third');
  });
});
