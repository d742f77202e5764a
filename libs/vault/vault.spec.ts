import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SqlSource } from '#libs/database';
import { CredentialVault, SecretSealer, type SecretPlace } from './index.js';

const place: SecretPlace = { table: 'system_users', rowId: 'row-1', column: 'password' };
/** A database that says nothing of keys in use. */
const neverRotated: SqlSource = { query: () => Promise.resolve([]) };

describe('vault', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-vault-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('opens what was sealed, in its place', async () => {
    const vault = await CredentialVault.open(dataDir);
    const sealed = await new SecretSealer(dataDir).seal(neverRotated, place, 'hunter2 密码');
    expect(sealed).not.toContain('hunter2');
    expect(await vault.open(place, sealed)).toBe('hunter2 密码');
  });

  it('refuses a secret that was moved to another row or column, or altered', async () => {
    const vault = await CredentialVault.open(dataDir);
    const sealed = await new SecretSealer(dataDir).seal(neverRotated, place, 'hunter2');
    await expect(vault.open({ ...place, rowId: 'row-2' }, sealed)).rejects.toThrow('does not open');
    await expect(vault.open({ ...place, column: 'private_key' }, sealed)).rejects.toThrow('does not open');
    const altered = sealed.slice(0, -6) + (sealed.at(-6) === 'A' ? 'B' : 'A') + sealed.slice(-5);
    await expect(vault.open(place, altered)).rejects.toThrow('does not open');
  });

  it('opens once what is asked for within two seconds, and forgets it then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const vault = await CredentialVault.open(dataDir);
      const sealed = await new SecretSealer(dataDir).seal(neverRotated, place, 'hunter2');
      const first = vault.open(place, sealed);
      expect(vault.open(place, sealed)).toBe(first);
      vi.advanceTimersByTime(2_000);
      const again = vault.open(place, sealed);
      expect(again).not.toBe(first);
      expect(await Promise.all([first, again])).toEqual(['hunter2', 'hunter2']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps the private half readable by its owner alone, and out of the public file', async () => {
    await Promise.all([CredentialVault.open(dataDir), CredentialVault.open(dataDir)]);
    const path = join(dataDir, 'keys/gateway/vault.private.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { privateKey } = JSON.parse(readFileSync(path, 'utf8')) as { privateKey: string };
    expect(readFileSync(join(dataDir, 'keys/vault.public.json'), 'utf8')).not.toContain(privateKey);
  });

  it('says that a gateway must start first when there is no key yet', async () => {
    await expect(new SecretSealer(dataDir).seal(neverRotated, place, 'x')).rejects.toThrow(
      'gateway has started',
    );
  });
});
