import { parentPort } from 'node:worker_threads';
import { recordedScreen } from './recorded-screen.js';
import type { KnownScreen, ScreenAnswer, ScreenEvent, ScreenRequest } from './screen-messages.js';
import type { ScreenModel } from './screen-model.js';

const models = new Map<string, ScreenModel>();
const port = parentPort;

async function apply(model: ScreenModel, event: ScreenEvent): Promise<void> {
  if (event.kind === 'output') await model.write(Buffer.from(event.bytes));
  else model.resize(event.columns, event.rows);
}

async function answer({ key, source, events, wantsScreen }: ScreenRequest): Promise<KnownScreen | null> {
  if (source) {
    models.get(key)?.dispose();
    models.set(key, await recordedScreen(source));
  }
  const model = models.get(key);
  if (!model) throw new Error('this screen is not known here');
  for (const event of events) await apply(model, event);
  return wantsScreen ? { ...model.size, data: model.snapshot() } : null;
}

function forget(key: string): void {
  models.get(key)?.dispose();
  models.delete(key);
}

async function work(request: ScreenRequest): Promise<void> {
  const { key, isLast } = request;
  let reply: ScreenAnswer;
  try {
    reply = { key, screen: await answer(request), failure: null };
  } catch (error) {
    forget(key);
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply = { key, screen: null, failure };
  }
  if (isLast) forget(key);
  port?.postMessage(reply);
}

port?.on('message', (request: ScreenRequest) => void work(request));
