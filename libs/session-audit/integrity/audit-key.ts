import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { readOrMakeKeyFile } from '#libs/vault';
import { checkpoint, type Checkpoint } from './seal.js';

/** Private to the api; below the data folder. */
const PRIVATE_KEY_FILE = 'keys/api/audit.private.pem';
/** For verifiers; below the data folder. More keys, of earlier installations, may be appended. */
const PUBLIC_KEY_FILE = 'keys/audit.public.pem';
/** The newest checkpoint, kept outside of the database: a chain that was cut there is found. */
const HEAD_FILE = 'keys/api/audit.head.json';

const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** What a signature is for: one can't stand for the other. */
type SignedText = 'checkpoint' | 'export';

const signedBytes = (what: SignedText, text: string): Buffer =>
  Buffer.from(`gatehouse audit ${what} 1\n${text}`);

const checkpointText = ({ seq, at, chain }: Pick<Checkpoint, 'seq' | 'at' | 'chain'>): string =>
  JSON.stringify([seq, at, chain]);

function idOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** Signs checkpoints of the audit's chain (Ed25519); only the api and who runs the command on its machine have it. */
export class AuditKey {
  readonly id: string;
  /** PEM. */
  readonly publicKey: string;

  private constructor(
    private readonly privateKey: KeyObject,
    private readonly headFile: string,
    private readonly publicKeyFile: string,
  ) {
    const publicKey = createPublicKey(privateKey);
    this.id = idOf(publicKey);
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** With the installation's key, which is made at the first start. @throws the file system's error. */
  static async open(dataDir: string): Promise<AuditKey> {
    const pem = await readOrMakeKeyFile(join(dataDir, PRIVATE_KEY_FILE), 0o600, async () => {
      const { privateKey } = generateKeyPairSync('ed25519');
      return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    });
    const key = new AuditKey(createPrivateKey(pem), join(dataDir, HEAD_FILE), join(dataDir, PUBLIC_KEY_FILE));
    await readOrMakeKeyFile(join(dataDir, PUBLIC_KEY_FILE), 0o644, async () => key.publicKey);
    return key;
  }

  /** The installation's key; null: the api has not made it yet. */
  static existing(dataDir: string): Promise<AuditKey> | null {
    return existsSync(join(dataDir, PRIVATE_KEY_FILE)) ? AuditKey.open(dataDir) : null;
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

  /** The newest checkpoint that was signed here; null: none yet. */
  head(): Checkpoint | null {
    return readHead(this.headFile);
  }

  /** Whether a key of this installation signed it. */
  vouchesFor(one: Checkpoint): boolean {
    return new TrustedKeys(readFileSync(this.publicKeyFile, 'utf8')).signed(one);
  }

  /** Keeps the newest checkpoint beside the key; the file is whole at any time. */
  keepHead(newest: Checkpoint): void {
    const draft = `${this.headFile}.new`;
    writeFileSync(draft, JSON.stringify(newest), { mode: 0o600 });
    renameSync(draft, this.headFile);
  }

  private sign(what: SignedText, text: string): string {
    return sign(null, signedBytes(what, text), this.privateKey).toString('base64');
  }
}

function readHead(path: string): Checkpoint | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return checkpoint.parse(JSON.parse(text));
}

/** The public keys of this installation, PEM. */
export function readPublicKeys(dataDir: string): string {
  return readFileSync(join(dataDir, PUBLIC_KEY_FILE), 'utf8');
}

/** Public keys that are trusted by whoever verifies. */
export class TrustedKeys {
  private readonly keys = new Map<string, KeyObject>();

  /** @param pem one or more `PUBLIC KEY` blocks @throws Error when there is none, or one that is no Ed25519 key */
  constructor(pem: string) {
    for (const [block] of pem.matchAll(PEM_BLOCK)) {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('a public key of the audit is an Ed25519 key');
      this.keys.set(idOf(key), key);
    }
    if (this.keys.size === 0) throw new Error('no PEM public key in it');
  }

  /** Whether one of the keys signed this checkpoint. */
  signed(one: Checkpoint): boolean {
    return this.holds('checkpoint', checkpointText(one), one.keyId, one.signature);
  }

  /** Whether one of the keys signed this text of an export. */
  signedExport(text: string, keyId: string, signature: string): boolean {
    return this.holds('export', text, keyId, signature);
  }

  private holds(what: SignedText, text: string, keyId: string, signature: string): boolean {
    const key = this.keys.get(keyId);
    return key !== undefined && verify(null, signedBytes(what, text), key, Buffer.from(signature, 'base64'));
  }
}
