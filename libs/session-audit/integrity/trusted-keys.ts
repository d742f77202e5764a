import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { idOf, PEM_BLOCK, signedBytes, checkpointText, type SignedText } from './signed-text.js';
import { successionText, type Succession } from './key-succession.js';
import type { Checkpoint } from './seal.js';

/** How a signature stands. */
export type Judgement = 'good' | 'key unknown' | 'signature wrong';

interface Trusted {
  key: KeyObject;
  /** Last place in the chain that it signs; where it was replaced. */
  until: number;
}

/** Public keys that are trusted by whoever verifies, and those that they vouch for. */
export class TrustedKeys {
  private readonly keys = new Map<string, Trusted>();

  /** @param pem one or more `PUBLIC KEY` blocks @throws Error when there is none, or one that is no Ed25519 key */
  constructor(pem: string) {
    for (const [block] of pem.matchAll(PEM_BLOCK)) this.trust(block, Infinity);
    if (this.keys.size === 0) throw new Error('no PEM public key in it');
  }

  /**
   * Trusts what the trusted keys vouch for, forwards and backwards: a key that was replaced signs up to that place only,
   * and names one successor. Successions that don't hold count for nothing.
   */
  follow(successions: readonly Succession[]): this {
    const sound = successions.filter(isSound).map((one) => ({
      ...one,
      older: idOf(createPublicKey(one.from)),
      newer: idOf(createPublicKey(one.to)),
    }));
    for (let grown = true; grown;) {
      grown = false;
      for (const { from, to, seq, older, newer } of sound) {
        const known = this.keys.get(older);
        const heirs = sound.filter((one) => one.older === older && one.newer !== newer);
        if (this.keys.has(newer)) {
          if (known !== undefined && known.until <= seq) continue;
          this.trust(from, seq);
        } else if (known?.until === Infinity && heirs.length === 0) this.trust(to, Infinity);
        else continue;
        grown = true;
      }
    }
    return this;
  }

  /** Whether one of the keys signed this checkpoint, while it was the key of the chain. */
  judge(one: Checkpoint): Judgement {
    return this.holds('checkpoint', checkpointText(one), one.keyId, one.signature, one.seq);
  }

  /** Whether one of the keys signed this text of an export that ends at `seq`. */
  judgeExport(text: string, keyId: string, signature: string, seq: number): Judgement {
    return this.holds('export', text, keyId, signature, seq);
  }

  /** Whether one of the keys signed what an api found in `records` links. */
  judgeCheck(text: string, keyId: string, signature: string, records: number): Judgement {
    return this.holds('check', text, keyId, signature, records);
  }

  private holds(what: SignedText, text: string, keyId: string, signature: string, seq: number): Judgement {
    const trusted = this.keys.get(keyId);
    if (trusted === undefined) return 'key unknown';
    const isSigned = verify(null, signedBytes(what, text), trusted.key, Buffer.from(signature, 'base64'));
    return isSigned && seq <= trusted.until ? 'good' : 'signature wrong';
  }

  private trust(pem: string, until: number): void {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('a public key of the audit is an Ed25519 key');
    this.keys.set(idOf(key), { key, until });
  }
}

/** Signed by both: the former key vouches for the new one, the new one for what the former one signed up to there. */
function isSound(one: Succession): boolean {
  const text = signedBytes('succession', successionText(one));
  try {
    return [[one.from, one.fromSignature] as const, [one.to, one.toSignature] as const].every(
      ([pem, signature]) => {
        const key = createPublicKey(pem);
        return (
          key.asymmetricKeyType === 'ed25519' && verify(null, text, key, Buffer.from(signature, 'base64'))
        );
      },
    );
  } catch {
    return false; // what is no key vouches for nothing
  }
}
