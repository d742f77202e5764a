import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecordingStore } from '../recording-store.js';
import type { AuditKey } from './audit-key.js';
import {
  RECORDS_FILE,
  CHECKPOINTS_FILE,
  KEY_FILE,
  RECORDINGS_FOLDER,
  STATEMENT_FILE,
  SUCCESSIONS_FILE,
} from './export-folder.js';
import type { LiveAudit } from './live-audit.js';
import { recordingBody, ZERO_HASH, type SealLink } from './seal.js';

/** What was written. */
export interface ExportedAudit {
  records: number;
  recordings: number;
}

/** Writes an audit into a folder that can be verified elsewhere, without the installation. */
export class AuditExport {
  private records = 0;
  private copied = 0;
  private last = { seq: 0, chain: ZERO_HASH };

  /** @param recordings null: recordings are named but not copied */
  constructor(
    private readonly folder: string,
    private readonly key: AuditKey,
    private readonly recordings: RecordingStore | null,
  ) {}

  /** @throws Error when the folder has something in it; the file system's error */
  async write(audit: LiveAudit, at: Date): Promise<ExportedAudit> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if ((await readdir(this.folder)).length > 0) throw new Error(`${this.folder} is not empty`);
    await writeFile(join(this.folder, KEY_FILE), this.key.publicKey);
    const successions = this.key.successions();
    if (successions !== '') await writeFile(join(this.folder, SUCCESSIONS_FILE), successions);
    const checkpoints = await audit.checkpoints();
    const lines = checkpoints.map((one) => `${JSON.stringify(one)}\n`);
    await writeFile(join(this.folder, CHECKPOINTS_FILE), lines.join(''), { mode: 0o600 });
    const target = createWriteStream(join(this.folder, RECORDS_FILE), { mode: 0o600 });
    await pipeline(Readable.from(this.recordLines(audit)), target);
    await this.writeStatement(audit, at);
    return { records: this.records, recordings: this.copied };
  }

  private async *recordLines(audit: LiveAudit): AsyncGenerator<string> {
    for await (const { link, values } of audit.records()) {
      await this.copyRecording(link);
      this.records += 1;
      this.last = { seq: link.seq, chain: link.chain };
      yield `${JSON.stringify(values ? { ...link, row: values } : link)}\n`;
    }
  }

  /** A file that isn't there is not copied: verification of the export names it. */
  private async copyRecording({ kind, body }: SealLink): Promise<void> {
    if (kind !== 'recording' || this.recordings === null) return;
    const { path } = recordingBody.parse(JSON.parse(body ?? 'null'));
    if ((await this.recordings.changedAt(path)) === null) return;
    await this.recordings.copyTo(path, join(this.folder, RECORDINGS_FOLDER, path));
    this.copied += 1;
  }

  private async writeStatement(audit: LiveAudit, at: Date): Promise<void> {
    const stray = await audit.stray();
    const text = JSON.stringify({
      ...this.last,
      at: at.toISOString(),
      hasRecordings: this.recordings !== null,
      stray,
    });
    const statement = { text, keyId: this.key.id, signature: this.key.signExport(text) };
    await writeFile(join(this.folder, STATEMENT_FILE), `${JSON.stringify(statement)}\n`, { mode: 0o600 });
  }
}
