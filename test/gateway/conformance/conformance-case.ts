import type { Host, Need } from '../../hosts/index.js';
import type { KeyPair, KeyRing, KeyType } from '../key-ring.js';
import type { SshClient } from '../ssh.js';

/** What the cases run against: a plain sshd, or the gateway with such an sshd behind it. */
export interface Target {
  readonly ssh: SshClient;
  /** Key pairs that all log in as the same person. */
  readonly keys: Record<KeyType, KeyPair>;
  readonly password: string;
  /** Where commands end up: looked at from behind, not through the target. */
  readonly host: Host;
  readonly keyRing: KeyRing;
}

/** One line of the conformance table: what a client does, and what it must see at every target. */
export interface ConformanceCase {
  readonly name: string;
  readonly needs?: readonly Need[];
  readonly shows: unknown;
  see(target: Target): Promise<unknown>;
}
