import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId, Unavailable, type UserId } from '#libs/kernel';
import { FactorKey } from './factor-key.js';
import { makeRecoveryCodes, recoveryCodeHash } from './recovery-code.js';
import { demandsSecondFactor } from './security-settings.js';
import { makeTotpSecret, stepOfCode } from './totp.js';

describe('TOTP', () => {
  /** Secret of the test vectors of RFC 6238 appendix B: `12345678901234567890` in base32. */
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  it.each([
    [59, '287082', 0x1],
    [1_111_111_109, '081804', 0x23523ec],
    [1_111_111_111, '050471', 0x23523ed],
    [1_234_567_890, '005924', 0x273ef07],
    [2_000_000_000, '279037', 0x3f940aa],
  ])('at %i s takes the code of RFC 6238', (seconds, code, step) => {
    expect(stepOfCode(secret, code, new Date(seconds * 1000))).toBe(step);
  });

  it('names the step of the code, not that of the moment, one step to either side', () => {
    const at = (seconds: number): number | null => stepOfCode(secret, '005924', new Date(seconds * 1000));
    expect([at(1_234_567_890 - 30), at(1_234_567_890 + 30)]).toEqual([0x273ef07, 0x273ef07]);
    expect([at(1_234_567_890 - 60), at(1_234_567_890 + 60)]).toEqual([null, null]);
  });

  it.each(['', '5924', '0059240', '00592a', '００５９２４', '-05924'])('refuses %s', (code) => {
    expect(stepOfCode(secret, code, new Date(1_234_567_890_000))).toBeNull();
  });

  it('makes secrets of 160 bits, another one each time', () => {
    const secrets = Array.from({ length: 20 }, makeTotpSecret);
    expect(new Set(secrets).size).toBe(20);
    for (const each of secrets) expect(each).toMatch(/^[A-Z2-7]{32}$/);
  });
});

describe('recovery codes', () => {
  it('are ten different ones, found again however they are typed', () => {
    const codes = makeRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    const [code = ''] = codes;
    for (const typed of [code.toUpperCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `]) {
      expect(recoveryCodeHash(typed)).toBe(recoveryCodeHash(code));
    }
    expect(recoveryCodeHash(code.slice(1))).not.toBe(recoveryCodeHash(code));
  });
});

describe('the key of second factors', () => {
  const [user, other] = [newId<UserId>(), newId<UserId>()];
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-factor-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('opens in every process what one of them sealed, for its user alone', async () => {
    const [api, gateway] = [new FactorKey(dataDir), new FactorKey(dataDir)];
    const sealed = await api.seal(user, 'JBSWY3DPEHPK3PXP');
    expect(sealed).not.toContain('JBSWY3DPEHPK3PXP');
    expect(gateway.open(user, sealed)).toBe('JBSWY3DPEHPK3PXP');
    expect(() => gateway.open(other, sealed)).toThrow(Unavailable);
    const altered = sealed.slice(0, -4) + (sealed.at(-4) === 'A' ? 'B' : 'A') + sealed.slice(-3);
    expect(() => gateway.open(user, altered)).toThrow(Unavailable);
    for (const broken of ['', 'x', sealed.replace('gcm1', 'gcm2'), sealed.split(':').slice(0, 3).join(':')]) {
      expect(() => gateway.open(user, broken)).toThrow(Unavailable);
    }
  });

  it('is never made by whoever only opens, and says which file is missing or another', async () => {
    const sealed = await new FactorKey(dataDir).seal(user, 'JBSWY3DPEHPK3PXP');
    const file = join(dataDir, 'keys/shared/second-factor.key');
    rmSync(file);
    expect(() => new FactorKey(dataDir).open(user, sealed)).toThrow('second-factor.key');
    for (const text of [Buffer.alloc(32, 7).toString('base64'), 'short', '']) {
      writeFileSync(file, text);
      expect(() => new FactorKey(dataDir).open(user, sealed)).toThrow('second-factor.key');
    }
  });

  it('is made once by processes that start together', async () => {
    const keys = Array.from({ length: 5 }, () => new FactorKey(dataDir));
    const sealed = await Promise.all(keys.map((key) => key.seal(user, 'secret')));
    for (const each of sealed) expect(new FactorKey(dataDir).open(user, each)).toBe('secret');
  });
});

describe('who must have a second factor', () => {
  const auditor = { role: 'auditor', secondFactorRequired: false } as const;

  it('follows the settings and the user', () => {
    const roles = { secondFactorFor: 'roles', secondFactorRoles: ['auditor'] } as const;
    const policy = { ...roles, secondFactorRoles: [...roles.secondFactorRoles] };
    expect(demandsSecondFactor(policy, auditor)).toBe(true);
    expect(demandsSecondFactor(policy, { ...auditor, role: 'user' })).toBe(false);
    expect(demandsSecondFactor({ ...policy, secondFactorFor: 'nobody' }, auditor)).toBe(false);
    expect(
      demandsSecondFactor({ ...policy, secondFactorFor: 'everybody' }, { ...auditor, role: 'user' }),
    ).toBe(true);
    const alone = { role: 'user', secondFactorRequired: true } as const;
    expect(demandsSecondFactor({ secondFactorFor: 'nobody', secondFactorRoles: [] }, alone)).toBe(true);
  });
});
