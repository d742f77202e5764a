import { describe, expect, it } from 'vitest';
import { readableLine } from './readable-log.js';

describe('a log line for a terminal', () => {
  it('is short', () => {
    const time = new Date(2026, 10, 23, 9, 5, 7).getTime();
    const line = JSON.stringify({
      level: 40,
      time,
      name: 'gateway',
      msg: 'lost',
      err: { message: 'ECONNRESET' },
    });
    expect(readableLine(line)).toBe('09:05:07 WARN  gateway: lost: ECONNRESET');
  });

  it('says a message once when the error repeats it', () => {
    const line = JSON.stringify({
      level: 50,
      time: 0,
      name: 'api',
      msg: 'broken',
      err: { message: 'broken' },
    });
    expect(readableLine(line)).toMatch(/ERROR api: broken$/);
  });

  it('steers no terminal with what somebody sent', () => {
    const line = JSON.stringify({
      level: 30,
      time: 0,
      name: 'api',
      msg: 'user \u001b]0;title\u0007\r\n\u009b31m',
    });
    expect(readableLine(line)).toMatch(/^[\P{Cc}]*$/u);
    expect(readableLine('\u001b[2Jplain')).toBe('?[2Jplain');
  });

  it('is left out when it matters less than asked for', () => {
    const line = (level: number): string => JSON.stringify({ level, time: 0, name: 'api', msg: 'x' });
    expect(readableLine(line(30), 40)).toBeNull();
    expect(readableLine(line(40), 40)).toMatch(/WARN/);
  });

  it('is left as it is when it is none of the logger', () => {
    expect(readableLine('{"level":"info"}')).toBe('{"level":"info"}');
    expect(readableLine('null')).toBe('null');
  });
});
