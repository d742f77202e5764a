import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkpoint, type Checkpoint } from '#libs/session-audit';
import { ApiFixture } from './api-fixture.js';
import { AuditStock } from './audit-stock.js';

const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
const signature = (key: KeyObject, text: string): string =>
  sign(null, Buffer.from(text), key).toString('base64');
const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const operations = z.object({
  items: z.array(z.object({ actorName: z.string(), before: z.unknown(), after: z.unknown() })),
});

// each command is a process of its own: slow where many run at once
describe('gatehouse keys rotate signing', { timeout: 60_000 }, () => {
  let api: ApiFixture;
  let stock: AuditStock;
  let place: string;
  let formerKey: KeyObject;
  let keys: { former: string; now: string };
  let folder: string;

  beforeAll(async () => {
    api = await ApiFixture.start();
    stock = await AuditStock.of(api);
    place = await mkdtemp(join(tmpdir(), 'gatehouse-signing-'));
    keys = { former: join(place, 'former.pem'), now: join(place, 'now.pem') };
    folder = join(place, 'whole');
    formerKey = createPrivateKey(await readFile(join(api.dataDir, 'keys/api/audit.private.pem'), 'utf8'));
    await cp(join(api.dataDir, 'keys/audit.public.pem'), keys.former);
    await stock.session();
    await stock.seal();
    const rotated = await stock.command('keys', 'rotate', 'signing');
    expect(rotated).toMatchObject({ code: 0, err: '' });
    expect(rotated.out).toMatch(
      /^rotated: the audit is signed by [0-9a-f]{16} from now on; [0-9a-f]{16} vouches/,
    );
    await stock.session();
    // by the api that ran all the time
    await stock.seal();
    await stock.command('audit', 'export', folder);
    const now = createPrivateKey(await readFile(join(api.dataDir, 'keys/api/audit.private.pem'), 'utf8'));
    await writeFile(keys.now, publicPem(now));
  }, 60_000);
  afterAll(async () => {
    await api.stop();
    await rm(place, { recursive: true, force: true });
  });

  const elsewhere = { GATEHOUSE_DATABASE_URL: '', GATEHOUSE_DATA_DIR: '/nonexistent' };
  const verified = async (key: string, of: string): Promise<string> =>
    (await stock.commandIn(elsewhere, 'audit', 'verify', '--public-key', key, of)).out;

  async function afterWork(key: string, file: string, work: (text: string) => string): Promise<string> {
    const copy = await mkdtemp(join(place, 'copy-'));
    await cp(folder, copy, { recursive: true });
    await writeFile(join(copy, file), work(await readFile(join(copy, file), 'utf8')));
    return verified(key, copy);
  }
  const checkpoints = async (): Promise<Checkpoint[]> =>
    lines(await readFile(join(folder, 'checkpoints.jsonl'), 'utf8')).map((line) =>
      checkpoint.parse(JSON.parse(line)),
    );

  it('signs on with the new key without a restart; both keys verify all of it', async () => {
    expect(await verified(keys.former, folder)).toMatch(/^whole: /);
    expect(await verified(keys.now, folder)).toMatch(/^whole: /);
    expect((await stock.command('audit', 'verify', '--live')).out).toMatch(/^whole: /);
    const live = ['audit', 'verify', '--live', '--public-key', keys.former];
    expect((await stock.command(...live)).out).toMatch(/^whole: /);
    const log = await api.admin.get('/operations?action=audit.rotate-key').expect(200);
    const [row] = operations.parse(log.body).items;
    expect(row?.before).toEqual({ key: idOf(formerKey) });
    expect(row?.after).not.toEqual(row?.before);
  });

  it('finishes a replacement that was cut off when the new key was in its place', async () => {
    const file = join(api.dataDir, 'keys/audit.successions.jsonl');
    const all = await readFile(file, 'utf8');
    await writeFile(join(api.dataDir, 'keys/api/audit.succession.json'), all);
    await rm(file);
    await cp(keys.former, join(api.dataDir, 'keys/audit.public.pem'));
    expect((await stock.command('audit', 'verify', '--live')).out).toMatch(/^whole: /);
    expect(await readFile(file, 'utf8')).toBe(all);
    const published = await readFile(join(api.dataDir, 'keys/audit.public.pem'), 'utf8');
    expect(published).toBe((await readFile(keys.now, 'utf8')) + (await readFile(keys.former, 'utf8')));
  });

  it('names a key that is not vouched for', async () => {
    const newest = (await checkpoints()).toSorted((a, b) => b.seq - a.seq)[0];
    const unvouched = await afterWork(keys.former, 'successions.jsonl', () => '');
    expect(unvouched).toBe(
      `not whole: checkpoint ${newest?.keyId} (#${newest?.seq}) is signed by a key that no trusted key vouches for [key unknown]\n`,
    );
  });

  it('takes no signature of the former key beyond its last place', async () => {
    const forged = await afterWork(keys.now, 'checkpoints.jsonl', (text) => {
      const [newest] = lines(text)
        .map((line) => checkpoint.parse(JSON.parse(line)))
        .toSorted((a, b) => b.seq - a.seq);
      if (!newest) throw new Error('no checkpoints');
      const { seq, at, chain } = newest;
      const body = `gatehouse audit checkpoint 1\n${JSON.stringify([seq, at, chain])}`;
      return `${JSON.stringify({ seq, at, chain, keyId: idOf(formerKey), signature: signature(formerKey, body) })}\n`;
    });
    expect(forged).toContain('[signature wrong]');
  });

  it('follows a stolen former key to no second successor', async () => {
    const { privateKey: evil } = generateKeyPairSync('ed25519');
    const forked = await afterWork(keys.former, 'successions.jsonl', (text) => {
      const content = {
        from: publicPem(formerKey),
        to: publicPem(evil),
        seq: 1,
        at: '2026-01-01T00:00:00.000Z',
      };
      const body = `gatehouse audit succession 1\n${JSON.stringify(Object.values(content))}`;
      const both = { fromSignature: signature(formerKey, body), toSignature: signature(evil, body) };
      return `${text}${JSON.stringify({ ...content, ...both })}\n`;
    });
    expect(forked).toContain('[key unknown]');
  });
});
