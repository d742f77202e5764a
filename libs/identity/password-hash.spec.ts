import { describe, expect, it } from 'vitest';
import { hashMadePassword, hashPassword, passwordFits } from './password-hash.js';
import { makeOneTimePassword, passwordFault } from './password-policy.js';

describe('password hash', () => {
  it('is argon2id with its costs, another each time', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('fits its password and no other, whatever characters it has', async () => {
    const password = 'pass\u0000 密码 🐎 ';
    const hash = await hashPassword(password);
    expect(await passwordFits(password, hash)).toBe(true);
    expect(await passwordFits(password.trim(), hash)).toBe(false);
    expect(await passwordFits(`${password}x`, hash)).toBe(false);
    expect(await passwordFits('', hash)).toBe(false);
  });

  it('of a made password is cheap to make, and as dear to try as any other', async () => {
    const password = makeOneTimePassword();
    const hash = await hashMadePassword(password);
    expect(await passwordFits(password, hash)).toBe(true);
    const timed = async (given: string, against: string): Promise<number> => {
      const start = performance.now();
      await passwordFits(given, against);
      return performance.now() - start;
    };
    const least = async (against: string): Promise<number> =>
      Math.min(await timed('x', against), await timed('x', against), await timed('x', against));
    expect(await least(hash)).toBeGreaterThan((await least(FAST)) * 3);
  });

  it('is read with the costs that stand in it', async () => {
    // RFC 9106's algorithm with small costs, from the reference implementation: echo -n password | argon2 somesalt -id
    const other = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    expect(await passwordFits('password', other)).toBe(true);
    expect(await passwordFits('Password', other)).toBe(false);
  });

  it('that is missing or damaged fits nothing', async () => {
    expect(await passwordFits('x', null)).toBe(false);
    expect(await passwordFits('x', 'x')).toBe(false);
    expect(await passwordFits('x', '$argon2id$v=19$m=47104,t=1,p=1$$')).toBe(false);
  });

  it('refuses what is more than a machine can take, and recovers', async () => {
    const flood = await Promise.allSettled(Array.from({ length: 230 }, () => passwordFits('x', FAST)));
    const refused = flood.filter(({ status }) => status === 'rejected').length;
    expect(refused).toBe(230 - 2 - 200);
    expect(await passwordFits('x', null)).toBe(false);
  });
});

/** Costs next to nothing. */
const FAST = '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

describe('password policy', () => {
  it('takes the passwords that it makes', () => {
    const made = new Set(Array.from({ length: 100 }, makeOneTimePassword));
    expect(made.size).toBe(100);
    expect([...made].map((password) => passwordFault(password, 'admin'))).toEqual(Array(100).fill(null));
  });

  it('counts characters, not bytes', () => {
    expect(passwordFault('密码密码密码密码密码密码', 'x')).toBeNull();
    expect(passwordFault('🐎🐄🐖🐑🐐🐓', 'x')?.code).toBe('too_short');
    expect(passwordFault('x y'.repeat(85), 'x')).toBeNull();
    expect(passwordFault('x y'.repeat(86), 'x')?.code).toBe('too_long');
  });
});
