import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REKEY_LIMITS } from './algorithms.js';
import { rekeyByTraffic } from './rekeying.js';

describe('new keys', () => {
  const socket = { bytesRead: 0, bytesWritten: 0 };
  let times = 0;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(socket, { bytesRead: 5_000, bytesWritten: 5_000 });
    times = 0;
    stop = rekeyByTraffic(socket, () => times++);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are asked for each hour, however little passes', () => {
    vi.advanceTimersByTime(REKEY_LIMITS.ms - 1_000);
    expect(times).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(1);
    vi.advanceTimersByTime(2 * REKEY_LIMITS.ms);
    expect(times).toBe(3);
  });

  it('are asked for after so many bytes of both ways, counted anew each time', () => {
    socket.bytesRead += REKEY_LIMITS.bytes / 2;
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(0);
    socket.bytesWritten += REKEY_LIMITS.bytes / 2;
    vi.advanceTimersByTime(5_000);
    expect(times).toBe(1);
    socket.bytesWritten += REKEY_LIMITS.bytes - 1;
    vi.advanceTimersByTime(5_000);
    expect(times).toBe(1);
    socket.bytesRead += 1;
    vi.advanceTimersByTime(1_000);
    expect(times).toBe(2);
  });

  it('are not asked for once the connection is gone', () => {
    stop();
    socket.bytesRead += REKEY_LIMITS.bytes;
    vi.advanceTimersByTime(REKEY_LIMITS.ms);
    expect(times).toBe(0);
  });
});
