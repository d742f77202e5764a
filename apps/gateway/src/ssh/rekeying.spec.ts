import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REKEY_BYTES, REKEY_MS } from './algorithms.js';
import { rekeyByTraffic } from './rekeying.js';
import type { Transport } from './transport.js';

describe('new keys', () => {
  const socket = { bytesRead: 0, bytesWritten: 0 };
  let times = 0;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(socket, { bytesRead: 5_000, bytesWritten: 5_000 });
    times = 0;
    stop = rekeyByTraffic(socket as Transport, () => times++);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are asked for each hour, however little passes', () => {
    vi.advanceTimersByTime(REKEY_MS - 1_000);
    expect(times).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(1);
    vi.advanceTimersByTime(2 * REKEY_MS);
    expect(times).toBe(3);
  });

  it('are asked for after so many bytes of both ways, counted anew each time', () => {
    socket.bytesRead += REKEY_BYTES / 2;
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(0);
    socket.bytesWritten += REKEY_BYTES / 2;
    vi.advanceTimersByTime(5_000);
    expect(times).toBe(1);
    socket.bytesWritten += REKEY_BYTES - 1;
    vi.advanceTimersByTime(5_000);
    expect(times).toBe(1);
    socket.bytesRead += 1;
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(2);
  });

  it('are not asked for once the connection is gone', () => {
    stop();
    socket.bytesRead += REKEY_BYTES;
    vi.advanceTimersByTime(REKEY_MS);
    expect(times).toBe(0);
  });
});
