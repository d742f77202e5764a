import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { ScreenSource } from './screen-messages.js';
import { ScreenModel } from './screen-model.js';

/**
 * The screen that a recording has led to (docs/PROTOCOL.recording.md).
 * @throws the file system's error
 */
export async function recordedScreen(source: ScreenSource): Promise<ScreenModel> {
  const { path, from, to, known } = source;
  const start = known ?? from;
  const model = new ScreenModel(start.columns, start.rows);
  if (known) {
    await model.write(Buffer.from(known.data));
    model.resize(from.columns, from.rows);
  }
  if (to > from.offset) {
    const packed = createReadStream(path, { start: from.offset, end: to - 1 });
    const lines = createInterface({ input: packed.pipe(createGunzip()), crlfDelay: Infinity });
    packed.once('error', (error) => lines.emit('error', error));
    for await (const line of lines) await apply(model, line);
  }
  model.resize(source.columns, source.rows);
  await model.write(Buffer.from(source.held));
  return model;
}

async function apply(model: ScreenModel, line: string): Promise<void> {
  const parsed: unknown = JSON.parse(line);
  if (!Array.isArray(parsed)) return; // the header
  const [, code, data] = parsed.map(String);
  if (code === 'o') await model.write(Buffer.from(data ?? ''));
  if (code !== 'r') return;
  const [columns = 0, rows = 0] = (data ?? '').split('x').map(Number);
  model.resize(columns, rows);
}
