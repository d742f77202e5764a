import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyFile, readOrMakeKeyFile, replaceKeyFile } from '#libs/vault';
import {
  parseSuccessions,
  readSuccessions,
  successionLine,
  successionsFile,
  successionText,
  type Succession,
} from './key-succession.js';
import { checkpoint, type Checkpoint } from './seal.js';
import type { SignedCheck } from './signed-check.js';
import { checkpointText, idOf, PEM_BLOCK, signedBytes, type SignedText } from './signed-text.js';
import { TrustedKeys } from './trusted-keys.js';

/** Private to the api; below the data folder. */
const PRIVATE_KEY_FILE = 'keys/api/audit.private.pem';
/** For verifiers; below the data folder: the key now, then those before it. More keys, of earlier installations, may be appended. */
const PUBLIC_KEY_FILE = 'keys/audit.public.pem';
/** The newest checkpoint, kept outside of the database: a chain that was cut there is found. */
const HEAD_FILE = 'keys/api/audit.head.json';
/** What the last check of the rows found, where who has the database can't say that all is whole. */
const CHECK_FILE = 'keys/api/audit.check.json';
/** The newest that was seen of the other apis' checks. */
const SEEN_FILE = 'keys/api/audit.checks-seen.json';
/** A replacement that is under way: its succession, kept until all files have it. */
const STAGE_FILE = 'keys/api/audit.succession.json';

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Signs checkpoints of the audit's chain (Ed25519); only the api and who runs the command on its machine have it. It
 * may be replaced while the api runs: each signature is made with the key that the file holds then.
 */
export class AuditKey {
  private pem = '';
  private signer: KeyObject;

  private constructor(private readonly dataDir: string) {
    this.signer = this.current();
  }

  /** With the installation's key, which is made at the first start. @throws the file system's error. */
  static async open(dataDir: string): Promise<AuditKey> {
    await readOrMakeKeyFile(join(dataDir, PRIVATE_KEY_FILE), 0o600, async () => makePrivateKey());
    const key = new AuditKey(dataDir);
    await readOrMakeKeyFile(join(dataDir, PUBLIC_KEY_FILE), 0o644, async () => key.publicKey);
    await key.finishReplacement();
    return key;
  }

  /** The installation's key; null: the api has not made it yet. */
  static existing(dataDir: string): Promise<AuditKey> | null {
    return existsSync(join(dataDir, PRIVATE_KEY_FILE)) ? AuditKey.open(dataDir) : null;
  }

  /** By what checkpoints name it. */
  get id(): string {
    return idOf(createPublicKey(this.current()));
  }

  /** PEM. */
  get publicKey(): string {
    return pemOf(createPublicKey(this.current()));
  }

  /** What a verifier of this installation trusts: the key now, and what it vouches for. */
  trusted(): TrustedKeys {
    return new TrustedKeys(this.publicKey).follow(this.vouched());
  }

  /** The signed checkpoint. */
  checkpoint(seq: number, at: Date, chain: string): Checkpoint {
    const content = { seq, at: at.toISOString(), chain };
    return { ...content, keyId: this.id, signature: this.sign('checkpoint', checkpointText(content)) };
  }

  /** A signature over what an export says of itself. */
  signExport(text: string): string {
    return this.sign('export', text);
  }

  /** A signature over what a check found. */
  signCheck(text: string): string {
    return this.sign('check', text);
  }

  /** How each key was followed by the next, a line of JSON each; empty: there was one only. */
  successions(): string {
    return readSuccessions(this.dataDir);
  }

  /** The same, read. */
  vouched(): Succession[] {
    return parseSuccessions(this.successions());
  }

  /**
   * Puts a new key in the place of this one. To be called by who holds the chain's lock: nobody signs meanwhile.
   * Killed at any moment it is as if it had not begun, or is finished by the next one that opens the key.
   * @param seq where the chain ends: the last place that the former key signs
   */
  async replace(seq: number, at: Date): Promise<void> {
    const next = makePrivateKey();
    const newSigner = createPrivateKey(next);
    const draft = {
      ...{ from: this.publicKey, to: pemOf(createPublicKey(newSigner)) },
      ...{ seq, at: at.toISOString() },
    };
    const text = signedBytes('succession', successionText(draft));
    const succession: Succession = {
      ...draft,
      fromSignature: sign(null, text, this.current()).toString('base64'),
      toSignature: sign(null, text, newSigner).toString('base64'),
    };
    rmSync(join(this.dataDir, STAGE_FILE), { force: true });
    await readOrMakeKeyFile(join(this.dataDir, STAGE_FILE), 0o644, async () => successionLine(succession));
    replaceKeyFile(join(this.dataDir, PRIVATE_KEY_FILE), next);
    await this.finishReplacement();
  }

  /** The newest checkpoint that was signed here; null: none yet. */
  head(): Checkpoint | null {
    const text = readKeyFile(join(this.dataDir, HEAD_FILE));
    return text === null ? null : checkpoint.parse(JSON.parse(text));
  }

  /** Whether a key of this installation signed it, while it was the key of the chain. */
  vouchesFor(one: Checkpoint): boolean {
    return this.installation().judge(one) === 'good';
  }

  /** Whether a key of this installation signed what a check found in `records` links. */
  vouchesForCheck({ statement, keyId, signature }: Omit<SignedCheck, 'apiId'>, records: number): boolean {
    return this.installation().judgeCheck(statement, keyId, signature, records) === 'good';
  }

  /** Keeps the newest checkpoint beside the key. */
  keepHead(newest: Checkpoint): void {
    this.keep(HEAD_FILE, newest);
  }

  /** Keeps beside the key what the other apis' checks found. */
  keepSeenChecks(seen: readonly SignedCheck[]): void {
    this.keep(SEEN_FILE, seen);
  }

  /** What was kept of the other apis' checks. */
  seenChecks(): unknown {
    return JSON.parse(readKeyFile(join(this.dataDir, SEEN_FILE)) ?? '[]');
  }

  /** Keeps beside the key what a check found. */
  keepCheck(found: object): void {
    this.keep(CHECK_FILE, found);
  }

  /** What was kept of the last check; null: none yet. */
  lastCheck(): unknown {
    return JSON.parse(readKeyFile(join(this.dataDir, CHECK_FILE)) ?? 'null');
  }

  /** The file is whole at any time, also where apis share the folder. */
  private keep(name: string, content: object): void {
    const file = join(this.dataDir, name);
    const next = `${file}.${process.pid}.new`;
    writeFileSync(next, JSON.stringify(content), { mode: 0o600 });
    renameSync(next, file);
  }

  /** Publishes the succession that led to the key now; one whose key never came into use is dropped. */
  private async finishReplacement(): Promise<void> {
    const stage = join(this.dataDir, STAGE_FILE);
    const [begun] = parseSuccessions(readKeyFile(stage) ?? '');
    if (begun === undefined) return;
    if (begun.to === this.publicKey) {
      const file = successionsFile(this.dataDir);
      const line = successionLine(begun);
      const before = await readOrMakeKeyFile(file, 0o644, async () => line);
      if (!before.includes(line)) replaceKeyFile(file, before + line);
      const publicFile = join(this.dataDir, PUBLIC_KEY_FILE);
      const others = [...readFileSync(publicFile, 'utf8').matchAll(PEM_BLOCK)].map(([block]) => `${block}\n`);
      replaceKeyFile(publicFile, [...new Set([begun.to, ...others])].join(''));
    }
    rmSync(stage, { force: true });
  }

  private installation(): TrustedKeys {
    return new TrustedKeys(readPublicKeys(this.dataDir)).follow(this.vouched());
  }

  private sign(what: SignedText, text: string): string {
    return sign(null, signedBytes(what, text), this.current()).toString('base64');
  }

  /** As the file has it now. */
  private current(): KeyObject {
    const pem = readFileSync(join(this.dataDir, PRIVATE_KEY_FILE), 'utf8');
    if (pem !== this.pem) {
      this.signer = createPrivateKey(pem);
      this.pem = pem;
    }
    return this.signer;
  }
}

/** The public keys of this installation, PEM. */
export function readPublicKeys(dataDir: string): string {
  return readFileSync(join(dataDir, PUBLIC_KEY_FILE), 'utf8');
}
