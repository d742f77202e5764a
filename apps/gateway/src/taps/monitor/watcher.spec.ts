import { describe, expect, it } from 'vitest';
import { MONITOR_WINDOW_BYTES } from '#libs/contracts';
import { EventQueue } from './event-queue.js';
import type { ScreenEvent } from './screen-messages.js';
import { Watcher, type WatcherSocket } from './watcher.js';

class Line implements WatcherSocket {
  bytes = 0;
  screens = 0;

  emit(event: string, ...values: unknown[]): void {
    const [value] = values;
    if (event === 'output') this.bytes += (value as Uint8Array).length;
    if (event !== 'screen') return;
    this.screens++;
    this.bytes += (value as { data: Uint8Array }).data.length;
  }
}

const output = (bytes: number): ScreenEvent[] => [{ kind: 'output', bytes: Buffer.alloc(bytes, 'x') }];
const screen = { columns: 80, rows: 24, data: Buffer.alloc(10_000) };

describe('a watcher', () => {
  it('that shows nothing gets one window at most, and a fresh screen when it goes on', () => {
    const line = new Line();
    const watcher = new Watcher('audrey', line);
    expect(watcher.wantsScreen).toBe(true);
    watcher.show(screen, true);
    for (let turn = 0; turn < 1000; turn++) watcher.take(output(16_384), 16_384, true);
    expect(line.bytes).toBeLessThanOrEqual(MONITOR_WINDOW_BYTES);
    expect(watcher.wantsScreen).toBe(false);
    const sent = line.bytes;
    watcher.received(sent);
    watcher.take(output(10), 10, true);
    expect(line.bytes).toBe(sent);
    expect(watcher.wantsScreen).toBe(true);
    watcher.show(screen, true);
    watcher.take(output(10), 10, true);
    expect(line.bytes).toBe(sent + 10_010);
  });

  it('gets a fresh screen when something is missing, and can not claim to have shown what was never sent', () => {
    const line = new Line();
    const watcher = new Watcher('audrey', line);
    watcher.show(screen, true);
    watcher.take(output(10), 10, false);
    expect(line.bytes).toBe(10_000);
    expect(watcher.wantsScreen).toBe(true);
    watcher.received(Number.MAX_SAFE_INTEGER);
    watcher.show(screen, true);
    for (let turn = 0; turn < 100; turn++) watcher.take(output(16_384), 16_384, true);
    expect(line.bytes).toBeLessThanOrEqual(10_000 + MONITOR_WINDOW_BYTES);
  });
});

describe('the queue of what happened', () => {
  it('is bounded, says that something is missing, and keeps the modes and the last size', () => {
    const queue = new EventQueue(100_000);
    queue.add({ kind: 'output', bytes: Buffer.from('\x1b[?1049hbegin') });
    queue.add({ kind: 'resized', columns: 99, rows: 9 });
    for (let turn = 0; turn < 10_000; turn++) {
      queue.add({ kind: 'output', bytes: Buffer.alloc(1_000, 'x') });
      expect(queue.size).toBeLessThanOrEqual(100_000);
    }
    queue.add({ kind: 'output', bytes: Buffer.from('end') });
    expect(queue.isWhole).toBe(false);
    const [bridge, size, last] = queue.take();
    expect(bridge).toEqual({ kind: 'output', bytes: Buffer.from('\x18\x1b[?1049h\r\n') });
    expect(size).toEqual({ kind: 'resized', columns: 99, rows: 9 });
    expect(last?.kind === 'output' && Buffer.from(last.bytes).toString()).toMatch(/^x+end$/);
    expect(queue.isWhole).toBe(true);
    expect(queue.take()).toEqual([]);
  });
});
