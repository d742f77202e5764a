import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditKey, readPublicKeys } from './audit-key.js';
import { chainAfter, rowHash, ZERO_HASH, type SealContent } from './seal.js';
import { TrustedKeys } from './trusted-keys.js';

describe('a seal', () => {
  it('holds every column, its name and the kind, but not their order nor columns that are null', () => {
    const hash = rowHash('command', 'id-1', { a: '1', b: '2', c: null });
    expect(rowHash('command', 'id-1', { b: '2', a: '1' })).toBe(hash);
    // SHA-256 of ["command","id-1",[["a","1"],["b","2"]]]: exports of today must verify with later versions
    expect(hash).toBe('21402c7d670ac1c7c3c19a854db05a41d8f4910c5cf155063700d9af09faff0a');
    const others = [
      rowHash('login', 'id-1', { a: '1', b: '2' }),
      rowHash('command', 'id-2', { a: '1', b: '2' }),
      rowHash('command', 'id-1', { a: '12', b: '' }),
      rowHash('command', 'id-1', { a: '2', b: '1' }),
      rowHash('command', 'id-1', { a: '1', b: '2', c: '' }),
    ];
    expect(new Set([hash, ...others]).size).toBe(6);
  });

  it('stands on the one before it and on its place', () => {
    const content: SealContent = { kind: 'login', rowId: 'id', hash: ZERO_HASH, body: null };
    const values = [
      chainAfter(ZERO_HASH, 1, content),
      chainAfter(ZERO_HASH, 2, content),
      chainAfter('1'.repeat(64), 1, content),
      chainAfter(ZERO_HASH, 1, { ...content, body: 'null' }),
      chainAfter(ZERO_HASH, 1, { ...content, kind: 'session' }),
    ];
    expect(new Set(values).size).toBe(5);
  });
});

describe('the signing key', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-audit-key-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('is made once and readable by its owner alone; the public half is beside it', async () => {
    expect(AuditKey.existing(dataDir)).toBeNull();
    const [one, other] = await Promise.all([AuditKey.open(dataDir), AuditKey.open(dataDir)]);
    expect(other.publicKey).toBe(one.publicKey);
    const path = join(dataDir, 'keys/api/audit.private.pem');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readPublicKeys(dataDir)).toBe(one.publicKey);
    expect(readPublicKeys(dataDir)).not.toContain(readFileSync(path, 'utf8').split('\n')[1]);
  });

  it('signs a checkpoint for its place, time and chain, and for nothing else', async () => {
    const key = await AuditKey.open(dataDir);
    const keys = new TrustedKeys(`older text\n${key.publicKey}`);
    const made = key.checkpoint(7, new Date('2026-01-02T03:04:05.006Z'), ZERO_HASH);
    expect(keys.judge(made)).toBe('good');
    const others = [
      { seq: 8 },
      { at: '2026-01-02T03:04:05.007Z' },
      { chain: '1'.repeat(64) },
      { keyId: 'other' },
    ];
    for (const other of others) expect(keys.judge({ ...made, ...other })).not.toBe('good');
    const text = JSON.stringify([made.seq, made.at, made.chain]);
    expect(keys.judgeExport(text, made.keyId, made.signature, 7)).toBe('signature wrong');
    expect(keys.judgeExport(text, key.id, key.signExport(text), 7)).toBe('good');
    expect(() => new TrustedKeys('nothing')).toThrow('no PEM public key');
  });

  it('keeps the newest checkpoint apart from the database', async () => {
    const key = await AuditKey.open(dataDir);
    expect(key.head()).toBeNull();
    key.keepHead(key.checkpoint(1, new Date(0), ZERO_HASH));
    const second = key.checkpoint(2, new Date(0), ZERO_HASH);
    key.keepHead(second);
    expect((await AuditKey.open(dataDir)).head()).toEqual(second);
  });
});
