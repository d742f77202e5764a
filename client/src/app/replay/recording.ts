import { HttpErrorResponse } from '@angular/common/http';
import { signal } from '@angular/core';
import type { TerminalSize } from '#libs/contracts';
import { ShownText } from './shown-text';

/** One event, after docs/PROTOCOL.recording.md. */
export interface RecordedEvent {
  /** Seconds since the session began. */
  readonly at: number;
  readonly code: 'o' | 'r';
  readonly data: string;
}

const USUAL: TerminalSize = { columns: 80, rows: 24 };
const MOST_COLUMNS = 500;
const MOST_ROWS = 300;

/** A recording that is read while it comes: what is there can be played at once. */
export class Recording {
  readonly events: RecordedEvent[] = [];
  readonly text = new ShownText();
  /** Size at the beginning; null: not known yet. */
  readonly size = signal<TerminalSize | null>(null);
  /** Seconds that are there. */
  readonly loaded = signal(0);
  /** Whether all of it is there. */
  readonly isWhole = signal(false);
  private rest = '';

  /** Reads it to its end. Gives what went wrong; null: nothing did. */
  async read(asked: Promise<Response>): Promise<HttpErrorResponse | null> {
    try {
      const answer = await asked;
      if (answer.ok && answer.body) {
        await this.drain(answer.body);
        return null;
      }
      return new HttpErrorResponse({ error: await answer.text(), status: answer.status });
    } catch (error) {
      return new HttpErrorResponse({ error, status: 0 });
    }
  }

  private async drain(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      this.take(value);
    }
    this.take('\n');
    this.size.update((size) => size ?? USUAL);
    this.isWhole.set(true);
  }

  private take(piece: string): void {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.line(line);
    this.loaded.set(this.events.at(-1)?.at ?? this.loaded());
  }

  private line(line: string): void {
    const read = parsed(line);
    if (this.size() === null) {
      this.size.set(isObject(read) ? sizeOf(read['width'], read['height']) : USUAL);
      if (!Array.isArray(read)) return;
    }
    // a gateway that was killed may have left a line cut
    if (!Array.isArray(read)) return;
    const [at, code, data] = read as unknown[];
    if (typeof at !== 'number' || typeof data !== 'string') return;
    const moment = Math.max(at, this.events.at(-1)?.at ?? 0);
    if (code === 'o') this.text.append(moment, data);
    if (code === 'o' || code === 'r') this.events.push({ at: moment, code, data });
  }
}

/** A size as `COLUMNSxROWS` of a resize; whatever else it is, one that a page can show. */
export function resizeOf(data: string): TerminalSize {
  const [columns, rows] = data.split('x').map(Number);
  return sizeOf(columns, rows);
}

function sizeOf(columns: unknown, rows: unknown): TerminalSize {
  const within = (value: unknown, usual: number, most: number): number =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, most) : usual;
  return {
    columns: within(columns, USUAL.columns, MOST_COLUMNS),
    rows: within(rows, USUAL.rows, MOST_ROWS),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
