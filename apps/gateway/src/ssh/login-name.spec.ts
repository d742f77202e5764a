import { describe, expect, it } from 'vitest';
import { parseLoginName } from './login-name.js';

describe('parseLoginName', () => {
  it('takes a bare user name to the menu', () => {
    expect(parseLoginName('Alice')).toEqual({ username: 'alice', target: null });
  });

  it.each(['alice@dev@web-01', 'alice#dev#web-01'])('takes %s straight to the asset', (text) => {
    expect(parseLoginName(text)).toEqual({
      username: 'alice',
      target: { systemUsername: 'dev', asset: 'web-01' },
    });
  });

  it.each(['alice@web-01', 'alice#web-01'])('takes %s there as whoever the person may be', (text) => {
    expect(parseLoginName(text)).toEqual({
      username: 'alice',
      target: { systemUsername: null, asset: 'web-01' },
    });
  });

  it.each(['', '@', 'alice@', 'alice@dev@', 'a@b@c@d', 'a\nb', 'a\u0000', 'a\u202eb', 'x'.repeat(401)])(
    'belongs to nobody: %j',
    (text) => {
      expect(parseLoginName(text)).toBeNull();
    },
  );
});
