import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';

const line = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string().optional(),
  name: z.string().optional(),
  err: z.looseObject({ message: z.string() }).optional(),
});

const levels: [number, string][] = [
  [60, 'FATAL'],
  [50, 'ERROR'],
  [40, 'WARN '],
  [30, 'info '],
  [20, 'debug'],
  [0, 'trace'],
];

/** Control characters: a log line may quote what a user or an asset sent, and it must not steer the terminal. */
const control = /\p{Cc}/gu;

/**
 * A structured log line as a short one for a person at a terminal; any other line unchanged.
 * @param least lines below this level give null
 */
export function readableLine(text: string, least = 0): string | null {
  const parsed = line.safeParse(parseJson(text)).data;
  if (!parsed) return text.replace(control, '?');
  if (parsed.level < least) return null;
  const time = new Date(parsed.time).toTimeString().slice(0, 8);
  const level = levels.find(([least]) => parsed.level >= least)?.[1] ?? 'trace';
  const what = [parsed.msg, parsed.err?.message].filter((part) => part !== undefined && part !== '');
  return `${time} ${level} ${parsed.name ?? ''}: ${[...new Set(what)].join(': ')}`.replace(control, '?');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not one of the logger's lines
  }
}

/** At a terminal, what went as it should is not told, unless the person set a log level. */
const WARN = 40;

/** Passes a child's log on to a terminal, readable. */
export function relayLog(from: Readable, to: NodeJS.WritableStream): void {
  const least = (process.env['GATEHOUSE_LOG_LEVEL'] ?? '') === '' ? WARN : 0;
  createInterface({ input: from, crlfDelay: Infinity }).on('line', (text) => {
    const shown = readableLine(text, least);
    if (shown !== null) to.write(`${shown}\n`);
  });
}
