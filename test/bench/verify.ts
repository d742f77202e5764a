import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newId, type SessionId } from '#libs/kernel';
import {
  AuditVerifier,
  ExportFolder,
  readPublicKeys,
  RecordingStore,
  TrustedKeys,
} from '#libs/session-audit';
import { ApiFixture } from '../api/api-fixture.js';
import { AuditStock } from '../api/audit-stock.js';
import { median, type Figures } from './figures.js';

/** Together about 1 GiB: an export's line of a command has some 600 bytes. */
const COMMANDS = 450_000;
const RECORDINGS = 32;
const RECORDING_BYTES = 24 * 1024 * 1024;
const ROUNDS = 5;
const TARGET_SECONDS = 10;
const MEBIBYTE = 1024 ** 2;

const COMMAND_ROWS = `
  INSERT INTO commands (id, session_id, user_id, username, asset_id, asset_name, system_user_id, system_username,
    kind, command, certain, at, offset_ms)
  SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'user' || n % 2000, gen_random_uuid(), 'host-' || n % 20000,
    gen_random_uuid(), 'dev', 'line', 'grep -rn "' || md5(n::text) || '" /srv/app-' || n % 5000, true,
    now() - n * interval '1 second', n % 60000
  FROM generate_series(1, $1::int) n`;

const SESSION_ROW = `
  INSERT INTO sessions (id, kind, user_id, username, asset_id, asset_name, system_user_id, system_username, source_address,
    gateway_id, started_at, ended_at, end_reason, recording_path, recording_bytes)
  VALUES ($1, 'ssh', $1, 'alice', $1, 'web-01', $1, 'dev', '192.0.2.7', $1, $2, $2, 'logout', $3, $4)`;

/** G11: what `gatehouse audit verify` does with an export of 1 GiB. */
export async function measureVerify(): Promise<Figures> {
  const api = await ApiFixture.start();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-export-'));
  try {
    const stock = await AuditStock.of(api);
    await fill(api, stock);
    await stock.seal();
    const target = join(folder, 'export');
    const exported = await stock.command('audit', 'export', '--recordings', target);
    if (exported.code !== 0) throw new Error(exported.err);
    const records = (await stat(join(target, 'records.jsonl'))).size / MEBIBYTE;
    const total = records + (RECORDINGS * RECORDING_BYTES) / MEBIBYTE;
    const [seconds, processor]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const [begun, used] = [performance.now(), process.cpuUsage()];
      const keys = new TrustedKeys(readPublicKeys(api.dataDir));
      const { problem, recordings } = await new AuditVerifier(new ExportFolder(target), keys).verify();
      const { user, system } = process.cpuUsage(used);
      seconds.push((performance.now() - begun) / 1000);
      processor.push((user + system) / 1_000_000);
      if (problem !== null || recordings !== RECORDINGS) throw new Error(JSON.stringify(problem));
    }
    const perGibibyte = (median(seconds) * 1024) / total;
    return {
      id: 'G11',
      title: `audit verify of an export of ${total.toFixed(0)} MiB: ${COMMANDS} commands (${records.toFixed(0)} MiB), the rest recordings`,
      columns: ['what', 'median s', 'longest s', 'processor s'],
      rows: [
        [
          'verified',
          median(seconds).toFixed(2),
          Math.max(...seconds).toFixed(2),
          median(processor).toFixed(2),
        ],
      ],
      samples: { seconds, processor },
      verdict: `Asked for: 1 GiB in less than ${TARGET_SECONDS} s. Measured: ${perGibibyte.toFixed(2)} s for 1 GiB.`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await api.stop();
  }
}

async function fill(api: ApiFixture, stock: AuditStock): Promise<void> {
  await stock.database.query(COMMAND_ROWS, [COMMANDS]);
  const store = new RecordingStore(api.dataDir);
  const at = new Date(Date.now() - 3_600_000);
  for (let index = 0; index < RECORDINGS; index++) {
    const id = newId<SessionId>();
    const path = store.pathFor(id, at);
    const file = join(api.dataDir, 'recordings', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, randomBytes(RECORDING_BYTES));
    await utimes(file, at, at);
    await stock.database.query(SESSION_ROW, [id, at, path, RECORDING_BYTES]);
  }
}
