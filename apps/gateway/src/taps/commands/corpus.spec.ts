import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DetectedCommand } from './command-gatherer.js';
import { CommandDetector } from './detector.js';

const event = z.union([
  z.tuple([z.number(), z.enum(['i', 'o']), z.string()]),
  z.tuple([z.number(), z.literal('r'), z.tuple([z.number(), z.number()])]),
]);
const stream = z.object({
  name: z.string(),
  kind: z.enum(['plain', 'evasion']),
  columns: z.number(),
  rows: z.number(),
  ran: z.array(z.string()),
  secrets: z.array(z.string()),
  /** May be found too, but never as certain: lines in a shell within a program that has the screen. */
  optional: z.array(z.string()),
  events: z.array(event),
});
type Stream = z.infer<typeof stream>;

/** Made by record.py and overtaken.py of that folder with the real shells. */
const CORPUS = ['streams', 'overtaken'].map(
  (name) => new URL(`../../../../../../test/gateway/corpus/${name}.jsonl.gz`, import.meta.url),
);

const streams = CORPUS.flatMap((file) => gunzipSync(readFileSync(file)).toString().trim().split('\n')).map(
  (line) => stream.parse(JSON.parse(line)),
);

async function detect({ columns, rows, events }: Stream): Promise<DetectedCommand[]> {
  const found: DetectedCommand[] = [];
  const detector = new CommandDetector(columns, rows, (command) => found.push(command));
  let last = 0;
  for (const [at, code, data] of events) {
    if (at - last > 150) detector.settle(at);
    if (code === 'r') detector.resized(...data);
    else if (code === 'i') detector.input(Buffer.from(data, 'base64'), at);
    else await detector.output(Buffer.from(data, 'base64'), at);
    last = at;
  }
  detector.settle(last + 5_000);
  detector.close(last + 5_000);
  return found;
}

function linesOf(commands: DetectedCommand[]): string[] {
  return commands.filter(({ kind }) => kind === 'line').map(({ text }) => text.trim());
}

/** Of which lines are certain but were never run so. */
function falselyCertain(commands: DetectedCommand[], { ran }: Stream): string[] {
  const real = new Set(ran.map((line) => line.trim()));
  return linesOf(commands.filter(({ certain }) => certain)).filter((line) => !real.has(line));
}

describe('the corpus of recorded terminals', async () => {
  const results = await Promise.all(streams.map(async (one) => ({ ...one, found: await detect(one) })));
  const plain = results.filter(({ kind }) => kind === 'plain');

  it('holds streams of many shells', () => {
    expect(plain.length).toBeGreaterThan(300);
    expect(results.length - plain.length).toBeGreaterThan(60);
  });

  it('gives the commands of plain work exactly', () => {
    const wrong = plain
      .map(({ name, ran, found, optional }) => ({
        name,
        ran: ran.map((line) => line.trim()),
        found: linesOf(
          found.filter(({ certain, text }) => certain || !optional.some((one) => one.startsWith(text))),
        ),
      }))
      .filter(({ ran, found }) => JSON.stringify(ran) !== JSON.stringify(found));
    expect(wrong.length / plain.length, JSON.stringify(wrong, null, 1)).toBeLessThanOrEqual(0.01);
  });

  it('has all of what was typed faster than the shell read', () => {
    const overtaken = plain.filter(({ name }) => name.startsWith('overtaken'));
    expect(overtaken.length).toBeGreaterThan(40);
    for (const { name, ran, found } of overtaken) expect(linesOf(found), name).toEqual(ran);
  });

  it('is certain of most of them', () => {
    const lines = plain.flatMap(({ found }) => found.filter(({ kind }) => kind === 'line'));
    const unsure = lines.filter(({ certain }) => !certain);
    expect(unsure.length / lines.length).toBeLessThan(0.05);
  });

  it('is never certain of what was not run', () => {
    const wrong = results
      .map((one) => ({ name: one.name, ran: one.ran, lines: falselyCertain(one.found, one) }))
      .filter(({ lines }) => lines.length > 0);
    expect(wrong).toEqual([]);
  });

  it('leaves no evasion without a record', () => {
    const silent = results
      .filter(({ kind }) => kind === 'evasion')
      .map(({ name, ran, found }) => ({ name, entered: ran.filter((line) => line !== '').length, found }))
      .filter(({ found }) => !found.some(({ kind }) => kind === 'line' || kind === 'hidden'));
    expect(silent).toEqual([]);
  });

  it('never holds a secret that was typed at a prompt without echo', () => {
    for (const { secrets, found, name } of results) {
      for (const secret of secrets) expect(JSON.stringify(found), name).not.toContain(secret);
    }
  });
});
