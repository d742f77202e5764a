import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId, type SessionId } from '#libs/kernel';
import { RecordingStore, type RecordingEvents, type RecordingHeader } from './index.js';

const header: RecordingHeader = {
  columns: 80,
  rows: 24,
  startedAt: new Date('2026-06-01T12:00:00Z'),
  title: 'dev@web-01',
  terminal: 'xterm',
};
const silent: RecordingEvents = { failed: () => undefined, drained: () => undefined };

describe('recording', () => {
  let dataDir: string;
  let store: RecordingStore;
  let path: string;
  const file = (): string => join(dataDir, 'recordings', path);
  const lines = async (): Promise<unknown[]> => {
    const cast = await text(await store.open(path));
    return cast
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-recording-'));
    store = new RecordingStore(dataDir);
    path = store.pathFor(newId<SessionId>(), header.startedAt);
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('is asciicast v2 with output, resizes and markers, readable by its owner alone', async () => {
    const writer = await store.create(path, header, silent);
    writer.output(Buffer.from('hello\r\n'));
    writer.resize(100, 30);
    writer.marker('note');
    const size = await writer.close();
    const [first, ...events] = await lines();
    expect(first).toEqual({
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1780315200,
      title: 'dev@web-01',
      env: { TERM: 'xterm' },
    });
    expect(events).toEqual([
      [expect.any(Number), 'o', 'hello\r\n'],
      [expect.any(Number), 'r', '100x30'],
      [expect.any(Number), 'm', 'note'],
    ]);
    expect(statSync(file()).size).toBe(size);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(path).toMatch(/^2026\/06\/01\//);
  });

  it('keeps characters whole that arrive in pieces', async () => {
    const writer = await store.create(path, header, silent);
    const bytes = Buffer.from('密码');
    writer.output(bytes.subarray(0, 2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writer.output(bytes.subarray(2));
    await writer.close();
    const shown = (await lines()).slice(1).map((event) => (event as [number, string, string])[2]);
    expect(shown.join('')).toBe('密码');
  });

  it('reads up to the last whole event while it is written, and when it was cut off', async () => {
    const writer = await store.create(path, header, silent);
    writer.output(Buffer.from('first'));
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(await lines()).toHaveLength(2);
    const whole = statSync(file()).size;
    writer.output(Buffer.from('second '.repeat(500)));
    await writer.close();
    truncateSync(file(), whole + 10);
    expect((await lines()).length).toBeGreaterThanOrEqual(2);
    expect(readFileSync(file()).length).toBe(whole + 10);
  });

  it('asks to wait when the disk is behind, and says when it may go on', async () => {
    let drained = 0;
    const writer = await store.create(path, header, { ...silent, drained: () => drained++ });
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let held = false;
    for (let count = 0; count < 8; count++) held ||= !writer.output(chunk);
    expect(held).toBe(true);
    await writer.close();
    expect(drained).toBeGreaterThan(0);
  });

  it('says so when the disk fails', async () => {
    const failures: Error[] = [];
    // a device that takes nothing: every write fails with ENOSPC
    const full = new RecordingStore(dataDir);
    const writer = await full.create(path, header, { ...silent, failed: (error) => failures.push(error) });
    const recording = Reflect.get(writer, 'file') as object;
    const handle = Reflect.get(recording, 'file') as { appendFile: (data: Buffer) => Promise<void> };
    const { open } = await import('node:fs/promises');
    const device = await open('/dev/full', 'w');
    handle.appendFile = (data) => device.appendFile(data);
    writer.output(Buffer.from('x'));
    await writer.close();
    await device.close();
    expect(failures).toHaveLength(1);
    expect(failures[0]?.message).toContain('ENOSPC');
  });

  it('never leaves its folder', async () => {
    await expect(store.open('../keys/gateway/vault.private.json')).rejects.toThrow('No such recording');
  });
});
