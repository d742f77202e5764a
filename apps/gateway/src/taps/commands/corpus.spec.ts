import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DetectedCommand } from './command-gatherer.js';
import { CommandDetector } from './detector.js';
import { closed } from './typed-line.js';

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
  /** Of evasions, what the shell itself says: the milliseconds at which it ran a line, and the commands in it. */
  traced: z.array(z.tuple([z.number(), z.array(z.string())])).default([]),
  events: z.array(event),
});
type Stream = z.infer<typeof stream>;

/** Made by record.py and overtaken.py of that folder with the real shells. */
const CORPUS = ['streams', 'overtaken'].map(
  (name) => new URL(`../../../../../../test/gateway/corpus/${name}.jsonl.gz`, import.meta.url),
);

/** How long before the shell runs it a line is entered, and after that noted, in milliseconds. */
const BEFORE_MS = 500;
const AFTER_MS = 700;

const streams = CORPUS.flatMap((file) => gunzipSync(readFileSync(file)).toString().trim().split('\n')).map(
  (line) => stream.parse(JSON.parse(line)),
);

/** @param rests the screen is put away wherever the stream pauses */
async function detect(
  { columns, rows, events }: Stream,
  rests?: { count: number },
): Promise<DetectedCommand[]> {
  const found: DetectedCommand[] = [];
  const detector = new CommandDetector(columns, rows, (command) => found.push(command));
  let last = 0;
  for (const [at, code, data] of events) {
    if (at - last > 150) {
      detector.settle(at);
      if (rests && detector.rest()) rests.count++;
    }
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

/** A record that is not certain may hold a part of the line, or the row that it stands on. */
function isOf(text: string, line: string): boolean {
  return line.startsWith(text) || text.endsWith(` ${line}`);
}

/** Of which lines are certain but were never run so. */
function falselyCertain(commands: DetectedCommand[], { ran }: Stream): string[] {
  const real = new Set(ran.map((line) => line.trim()));
  return linesOf(commands.filter(({ certain }) => certain)).filter((line) => !real.has(line));
}

/**
 * Which lines that the shell ran have no record: none of their own, in order, that is certain and says what ran, or that
 * is marked and of their time. A line that a key of the user's own entered is noted with the next key, or at the end; a
 * marked record that shows several lines is one of each.
 */
function unrecorded(found: DetectedCommand[], { traced, events }: Stream): string[] {
  const end = events.at(-1)?.[0] ?? 0;
  const records = found
    .filter(({ kind }) => kind === 'line' || kind === 'hidden')
    .sort((one, other) => one.at - other.at);
  /** Of the first lines and records, by their numbers: the fewest lines without one. */
  const best = new Map<string, string[]>();
  const fewest = (lines: number, count: number): string[] => {
    const known = best.get(`${lines} ${count}`);
    if (known) return known;
    const [line, record] = [traced[lines - 1], records[count - 1]];
    if (!line) return [];
    const choices = [[...fewest(lines - 1, count), line[1].join('; ')]];
    if (record) {
      const [ranAt, commands] = line;
      const says = commands.every((command) => closed(record.text).includes(closed(command)));
      const isOfThen = record.at >= ranAt - BEFORE_MS && (record.at <= ranAt + AFTER_MS || record.at > end);
      choices.push(fewest(lines, count - 1));
      if (record.certain ? says : isOfThen) choices.push(fewest(lines - 1, count - 1));
      if (!record.certain && says && isOfThen) choices.push(fewest(lines - 1, count));
    }
    const [shortest = []] = choices.sort((one, other) => one.length - other.length);
    best.set(`${lines} ${count}`, shortest);
    return shortest;
  };
  return fewest(traced.length, records.length);
}

describe('the corpus of recorded terminals', async () => {
  const results = await Promise.all(streams.map(async (one) => ({ ...one, found: await detect(one) })));
  const plain = results.filter(({ kind }) => kind === 'plain');

  it('holds streams of many shells', () => {
    expect(plain.length).toBeGreaterThan(300);
    expect(results.length - plain.length).toBeGreaterThan(60);
  });

  it('gives the same of screens that are put away in each pause', async () => {
    const rests = { count: 0 };
    const again = await Promise.all(
      results.map(async ({ found, ...one }) => ({ name: one.name, found, rested: await detect(one, rests) })),
    );
    for (const { name, found, rested } of again) expect(rested, name).toEqual(found);
    expect(rests.count).toBeGreaterThan(500);
  });

  it('gives the commands of plain work exactly', () => {
    const wrong = plain
      .map(({ name, ran, found, optional }) => ({
        name,
        ran: ran.map((line) => line.trim()),
        found: linesOf(
          found.filter(({ certain, text }) => certain || !optional.some((one) => isOf(text, one))),
        ),
      }))
      .filter(({ ran, found }) => JSON.stringify(ran) !== JSON.stringify(found));
    expect(wrong).toEqual([]);
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

  it('has for each line that the shell ran in an evasion a certain record of it or one that is marked', () => {
    const evasions = results.filter(({ kind }) => kind === 'evasion');
    expect(evasions.filter(({ traced }) => traced.length === 0).map(({ name }) => name)).toEqual([]);
    const silent = evasions
      .map((one) => ({ name: one.name, unrecorded: unrecorded(one.found, one), found: one.found }))
      .filter(({ unrecorded: lines }) => lines.length > 0);
    expect(silent).toEqual([]);
  });

  it('never holds a secret that was typed at a prompt without echo', () => {
    for (const { secrets, found, name } of results) {
      for (const secret of secrets) expect(JSON.stringify(found), name).not.toContain(secret);
    }
  });
});
