import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  AuditExport,
  AuditKey,
  AuditVerifier,
  checkpoint,
  CoveredRows,
  ExportFolder,
  LiveAudit,
  readPublicKeys,
  RecordingStore,
  TrustedKeys,
  UnreadableExport,
  type AuditVerdict,
  type Checkpoint,
} from '#libs/session-audit';
import { commandConfig, withInstallation } from '../command-line/installation.js';
import { onlyArgument, UsageError } from '../command-line/usage-error.js';
import { problemLine, wholeLine } from './audit-words.js';

export const AUDIT_USAGE = `Usage: gatehouse audit export [--recordings] FOLDER
       gatehouse audit verify [--public-key FILE] [--checkpoint FILE] FOLDER
       gatehouse audit verify [--public-key FILE] [--checkpoint FILE] --live

export   writes what is sealed, with its signatures, into an empty folder; with --recordings their files too
verify   checks an export, or with --live this installation; exit 0 whole, 1 not whole, 2 could not be checked
  --public-key FILE   trusted key (PEM), kept apart from what is checked; it may be older or newer than the key in use:
                      where keys were replaced, each vouches for the next
  --checkpoint FILE   a checkpoint kept elsewhere (JSON) that must be part of it
`;

/** A checkpoint alone, or within the whole answer of the API. */
const anchorFile = z.union([checkpoint, z.object({ checkpoint }).transform((answer) => answer.checkpoint)]);

/** Runs `audit …` and gives its exit code. @throws UsageError; Error when it could not be done */
export async function runAuditCommand([verb, ...args]: string[]): Promise<number> {
  if (verb === 'export') return exportAudit(args);
  if (verb === 'verify') return verifyAudit(args);
  throw new UsageError(verb === undefined ? 'audit: export or verify?' : `No such command: audit ${verb}`);
}

async function exportAudit(args: string[]): Promise<number> {
  const { values, positionals } = parsed(() =>
    parseArgs({ args, allowPositionals: true, options: { recordings: { type: 'boolean' } } }),
  );
  const folder = onlyArgument(positionals, 'folder');
  return withSealed(async ({ dataSource, key, store }) => {
    const recordings = values.recordings === true ? store : null;
    const rows = new CoveredRows(dataSource);
    const written = await LiveAudit.look(dataSource, key, rows, recordings, (audit) =>
      new AuditExport(folder, key, recordings).write(audit, new Date()),
    );
    process.stdout.write(`exported: ${written.records} records, ${written.recordings} recordings\n`);
    return 0;
  });
}

async function verifyAudit(args: string[]): Promise<number> {
  const { values, positionals } = parsed(() =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        live: { type: 'boolean' },
        'public-key': { type: 'string' },
        checkpoint: { type: 'string' },
      },
    }),
  );
  const anchorPath = values.checkpoint;
  const anchor = anchorPath === undefined ? null : readCheckpoint(anchorPath);
  const keyFile = values['public-key'];
  const trusted = keyFile === undefined ? null : readKeys(keyFile);
  const began = performance.now();
  if (values.live === true) {
    if (positionals.length > 0) throw new UsageError('Either a folder or --live, not both.');
    return withSealed(async ({ dataSource, key, store, dataDir }) => {
      const keys = (trusted ?? new TrustedKeys(readPublicKeys(dataDir))).follow(key.vouched());
      const verdict = await LiveAudit.look(dataSource, key, new CoveredRows(dataSource), store, (audit) =>
        new AuditVerifier(audit, keys, anchor).verify(),
      );
      return tell(verdict, began);
    });
  }
  const path = onlyArgument(positionals, 'folder');
  if (!existsSync(path)) throw new Error(`There is no folder ${path}.`);
  try {
    const folder = new ExportFolder(path);
    const keys = trusted ?? new TrustedKeys(folder.publicKey());
    keys.follow(folder.successions());
    return tell(await new AuditVerifier(folder, keys, anchor).verify(), began);
  } catch (error) {
    if (!(error instanceof UnreadableExport)) throw error;
    process.stdout.write(`not whole: ${error.message}\n`);
    return 1;
  }
}

function tell(verdict: AuditVerdict, began: number): number {
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(`${verdict.problem ? problemLine(verdict.problem) : wholeLine(verdict, seconds)}\n`);
  return verdict.problem ? 1 : 0;
}

interface Sealed {
  dataDir: string;
  dataSource: DataSource;
  key: AuditKey;
  store: RecordingStore;
}

async function withSealed<T>(use: (found: Sealed) => Promise<T>): Promise<T> {
  const { dataDir } = commandConfig();
  const key = await AuditKey.existing(dataDir);
  if (key === null)
    throw new Error(`${dataDir} has no signing key: set GATEHOUSE_DATA_DIR to the data folder of the api.`);
  return withInstallation(({ dataSource }) =>
    use({ dataDir, dataSource, key, store: new RecordingStore(dataDir) }),
  );
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readKeys(path: string): TrustedKeys {
  try {
    return new TrustedKeys(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no public key: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readCheckpoint(path: string): Checkpoint {
  try {
    return anchorFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path} is no checkpoint.`, { cause: error });
  }
}
