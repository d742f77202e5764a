import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditInspector, AuditVerifier, ExportFolder, TrustedKeys } from '#libs/session-audit';
import { runAuditCommand } from '../../apps/standalone/src/audit/audit-command.js';
import { problemLine } from '../../apps/standalone/src/audit/audit-words.js';
import { UsageError } from '../../apps/standalone/src/command-line/usage-error.js';
import { ApiFixture } from './api-fixture.js';
import { AuditStock } from './audit-stock.js';

const record = z.looseObject({
  seq: z.number(),
  kind: z.string(),
  rowId: z.string(),
  body: z.string().nullable(),
  row: z.record(z.string(), z.unknown()).optional(),
});
type ExportedRecord = z.infer<typeof record>;

// each command is a process of its own: slow where many run at once
describe('gatehouse audit', { timeout: 60_000 }, () => {
  let api: ApiFixture;
  let stock: AuditStock;
  let place: string;
  let folder: string;
  let keyFile: string;
  let earlier: string;

  beforeAll(async () => {
    api = await ApiFixture.start();
    stock = await AuditStock.of(api);
    place = await mkdtemp(join(tmpdir(), 'gatehouse-export-'));
    [folder, keyFile, earlier] = [
      join(place, 'whole'),
      join(place, 'key.pem'),
      join(place, 'checkpoint.json'),
    ];
    await cp(join(api.dataDir, 'keys/audit.public.pem'), keyFile);
    await stock.session();
    await stock.seal();
    await writeFile(earlier, JSON.stringify(await api.app.get(AuditInspector).state()));
    for (let index = 0; index < 3; index++) await stock.session();
    await stock.seal();
    const { code, out, err } = await stock.command('audit', 'export', '--recordings', folder);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^exported: \d+ records, 4 recordings\n$/);
  });
  afterAll(async () => {
    await api.stop();
    await rm(place, { recursive: true, force: true });
  });

  const records = async (of: string): Promise<ExportedRecord[]> => {
    const text = await readFile(join(of, 'records.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => record.parse(JSON.parse(line)));
  };

  /** What verification says of a copy of the export that somebody worked on. */
  async function afterWork(work: (copy: string) => Promise<unknown>): Promise<string> {
    const copy = await mkdtemp(join(place, 'copy-'));
    await cp(folder, copy, { recursive: true });
    await work(copy);
    const keys = new TrustedKeys(await readFile(keyFile, 'utf8'));
    const { problem } = await new AuditVerifier(new ExportFolder(copy), keys).verify();
    return problem ? problemLine(problem) : 'whole';
  }
  const afterEdit = (edit: (lines: ExportedRecord[]) => ExportedRecord[]): Promise<string> =>
    afterWork(async (copy) => {
      const lines = edit(await records(copy));
      await writeFile(join(copy, 'records.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    });

  it('verifies an export without the installation, and the installation itself', async () => {
    const elsewhere = { GATEHOUSE_DATABASE_URL: '', GATEHOUSE_DATA_DIR: join(place, 'nothing') };
    const pinned = ['--public-key', keyFile, '--checkpoint', earlier];
    const away = await stock.commandIn(elsewhere, 'audit', 'verify', ...pinned, folder);
    expect(away).toMatchObject({ code: 0, err: '' });
    expect(away.out).toMatch(/^whole: \d+ records, 4 recordings \(0\.0 MiB\) in [\d.]+ s\n$/);
    const live = await stock.command('audit', 'verify', '--live', '--checkpoint', earlier);
    expect(live).toMatchObject({ code: 0, err: '' });
    expect((await stat(join(folder, 'records.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('exits 1 and names the record when it is not whole', async () => {
    const copy = join(place, 'bad');
    await cp(folder, copy, { recursive: true });
    const lines = await records(copy);
    const victim = lines.find(({ kind }) => kind === 'command');
    if (victim?.row) victim.row['command'] = 'true';
    await writeFile(join(copy, 'records.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { code, out } = await stock.command('audit', 'verify', copy);
    expect(code).toBe(1);
    expect(out).toBe(
      `not whole: command ${victim?.rowId} (#${victim?.seq}) was changed after it was sealed [changed]\n`,
    );
    const unreadable = afterWork((other) => writeFile(join(other, 'records.jsonl'), 'nonsense\n'));
    await expect(unreadable).rejects.toThrow('line 1 of records.jsonl is not readable');
  });

  it('exits 2 and says how it is used when it can not check', async () => {
    const { code, err } = await stock.command('audit', 'verify', '--nonsense');
    expect(code).toBe(2);
    expect(err).toContain('Usage: gatehouse audit export');
    for (const args of [
      [],
      ['verify'],
      ['verify', '--live', folder],
      ['export', folder, folder],
      ['nonsense'],
    ])
      await expect(runAuditCommand(args)).rejects.toThrow(UsageError);
    await expect(runAuditCommand(['verify', join(place, 'nothing')])).rejects.toThrow(/There is no folder/);
    const nowhere = { GATEHOUSE_DATA_DIR: join(place, 'nothing') };
    const keyless = await stock.commandIn(nowhere, 'audit', 'verify', '--live');
    expect(keyless.code).toBe(2);
    expect(keyless.err).toContain('has no signing key');
  });

  it('finds a record that was removed, moved, added to or emptied', async () => {
    const lines = await records(folder);
    const victim = lines.findIndex(({ kind }) => kind === 'file-transfer');
    const { seq, rowId } = lines[victim] ?? { seq: 0, rowId: '' };
    expect(await afterEdit((all) => all.toSpliced(victim, 1))).toBe(
      `not whole: record (#${seq}) was removed [removed]`,
    );
    expect(
      await afterEdit((all) => all.toSpliced(victim, 2, ...all.slice(victim, victim + 2).reverse())),
    ).toBe(
      `not whole: file-transfer ${rowId} (#${seq}) is not in its place: the order was changed [reordered]`,
    );
    const more = { ...lines[victim]?.row, extra: 'x' };
    expect(
      await afterEdit((all) => all.map((one, at) => (at === victim ? { ...one, row: more } : one))),
    ).toBe(`not whole: file-transfer ${rowId} (#${seq}) was changed after it was sealed [changed]`);
    const { row: _row, ...empty } = lines[victim] ?? record.parse({});
    expect(await afterEdit((all) => all.toSpliced(victim, 1, empty))).toContain('was removed [removed]');
  });

  it('finds a cut end, a signature that is gone or another’s, and a recording that is not the same', async () => {
    const cut = await afterWork(async (copy) => {
      const lines = await records(copy);
      const kept = lines.slice(0, -2).map((line) => `${JSON.stringify(line)}\n`);
      await writeFile(join(copy, 'records.jsonl'), kept.join(''));
      await writeFile(join(copy, 'checkpoints.jsonl'), '');
    });
    expect(cut).toContain('[truncated]');
    expect(await afterWork((copy) => rm(join(copy, 'export.json')))).toContain('[signature wrong]');
    const { publicKey } = generateKeyPairSync('ed25519');
    const foreign = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const stranger = await new AuditVerifier(new ExportFolder(folder), new TrustedKeys(foreign)).verify();
    expect(stranger.problem?.fault).toBe('key unknown');
    const recording = (await records(folder)).find(({ kind }) => kind === 'recording');
    const { path } = z.object({ path: z.string() }).parse(JSON.parse(recording?.body ?? '{}'));
    const named = `not whole: recording ${recording?.rowId} (#${recording?.seq}) `;
    expect(await afterWork((copy) => truncate(join(copy, 'recordings', path), 10))).toBe(
      `${named}has a file that was changed or cut [recording changed]`,
    );
    expect(await afterWork((copy) => rm(join(copy, 'recordings'), { recursive: true }))).toContain(
      '[recording missing]',
    );
  });
});
