import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ScreenModel } from './screen-model.js';

const event = z.union([
  z.tuple([z.number(), z.enum(['i', 'o']), z.string()]),
  z.tuple([z.number(), z.literal('r'), z.tuple([z.number(), z.number()])]),
]);
const stream = z.object({ name: z.string(), columns: z.number(), rows: z.number(), events: z.array(event) });
type Stream = z.infer<typeof stream>;
type Step = { bytes: Buffer } | { size: [number, number] };

/** Made by test/gateway/corpus/record.py with the real shells and programs. */
const CORPUS = new URL('../../../../../../test/gateway/corpus/streams.jsonl.gz', import.meta.url);

const streams = gunzipSync(readFileSync(CORPUS))
  .toString()
  .trim()
  .split('\n')
  .map((line) => stream.parse(JSON.parse(line)));

/** What can be seen, with colours, styles and the cursor. */
function look({ terminal }: ScreenModel): unknown {
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    return Array.from({ length: terminal.cols }, (__, column) => {
      const cell = line?.getCell(column);
      if (!cell) return '';
      const flags = [cell.isBold(), cell.isInverse(), cell.isUnderline(), cell.isDim(), cell.isItalic()];
      const colours = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
      const isPlain = cell.isAttributeDefault();
      return `${cell.getChars() || ' '}${isPlain ? '' : `/${flags.map(Number).join('')}/${colours.join()}`}`;
    }).join('');
  });
  return { type: active.type, x: active.cursorX, y: active.cursorY, rows };
}

async function apply(model: ScreenModel, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if ('bytes' in step) await model.write(step.bytes);
    else model.resize(...step.size);
  }
}

async function joinedAt(first: ScreenModel): Promise<ScreenModel> {
  const { columns, rows } = first.size;
  const second = new ScreenModel(columns, rows);
  await second.write(first.snapshot());
  return second;
}

/** The output cut into pieces of a length that falls into characters and sequences. */
function stepsOf({ events }: Stream, length: number): Step[] {
  return events.flatMap((one): Step[] => {
    if (one[1] === 'r') return [{ size: one[2] }];
    if (one[1] === 'i') return [];
    const bytes = Buffer.from(one[2], 'base64');
    const pieces: Step[] = [];
    for (let at = 0; at < bytes.length; at += length) pieces.push({ bytes: bytes.subarray(at, at + length) });
    return pieces;
  });
}

describe('a screen that somebody joins', () => {
  it('is the same there at any moment, and after all that follows, for real programs', async () => {
    const wide = streams.filter((_, index) => index % 24 === 0);
    expect(wide.length).toBeGreaterThan(10);
    for (const [number, one] of wide.entries()) {
      const steps = stepsOf(one, 7 + (number % 5));
      const cut = Math.floor((steps.length * ((number * 37) % 100)) / 100);
      const model = new ScreenModel(one.columns, one.rows);
      await apply(model, steps.slice(0, cut));
      const late = await joinedAt(model);
      expect(look(late), `${one.name} at ${cut}`).toEqual(look(model));
      await apply(model, steps.slice(cut));
      await apply(late, steps.slice(cut));
      expect(look(late), `${one.name} after ${cut}`).toEqual(look(model));
    }
  });

  const cases: Record<string, [before: string | Buffer, after: string | Buffer]> = {
    'colours and styles': ['\x1b[1;38;2;1;2;3;48;5;200mred\x1b[0m \x1b[7;3;4mx', ' y\r\nz'],
    'CJK at the edge and wrapped lines': [`${'中'.repeat(25)}\r\nab`, '文字'],
    'a cut character': [Buffer.from('616263e4b8', 'hex'), Buffer.from('ad21', 'hex')],
    'a cut sequence': ['abc\x1b[3', '1mred'],
    'a cut title': ['abc\x1b]0;a ti', 'tle\x07def'],
    'a scroll region': ['1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H', 'a\r\nb\r\nc'],
    'the origin mode': ['\x1b[2;4r\x1b[?6h\x1b[2;3Hx', 'y\x1b[Hz'],
    'the other screen, and back': ['shell\x1b[?1049h\x1b[2J\x1b[Hvim\x1b[3;4H', 'x\x1b[?1049l after'],
    'a saved cursor': ['a\x1b[2;5H\x1b[31m\x1b7\x1b[0m\x1b[H', 'b\x1b8c'],
    'line drawing': ['\x1b(0lq', 'qk\x1b(B|'],
    'a coloured background': ['\x1b[44m\x1b[2J\x1b[3;3Hblue', '\r\n\n\n\n\n\n'],
    'no wrapping': ['\x1b[?7labcdefghijklmnopqrstuvwxyz', '12'],
    'a full line': ['abcdefghijklmnopqrst', 'u'],
    'gaps of nothing': ['\x1b[5Ca\x1b[3;9H\x1b[41mb\x1b[0m\x1b[2Cc', 'd'],
  };
  it.each(Object.entries(cases))('keeps %s', async (_name, [before, after]) => {
    const model = new ScreenModel(20, 5);
    await model.write(Buffer.from(before));
    const late = await joinedAt(model);
    expect(look(late)).toEqual(look(model));
    for (const one of [model, late]) await one.write(Buffer.from(after));
    expect(look(late)).toEqual(look(model));
  });
});
