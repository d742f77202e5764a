import { z } from 'zod';
import { HOST_KEY_FINDINGS, type HostKeyFinding } from '#libs/contracts';
import type { AssetEndpoint } from './asset-rows.js';

const key = z.object({
  type: z.string(),
  /** OpenSSH line without a comment. */
  publicKey: z.string(),
  fingerprint: z.string(),
});

/** A host key as a scan keeps it. */
export type ScannedKey = z.infer<typeof key>;

/**
 * What a scan keeps of one asset: all that is needed to pin exactly this, and to refuse when it is out of date. Keys and
 * pins are in the order of their lines' characters, in which they are compared in SQL too.
 */
export const hostKeyFinding = z.object({
  address: z.string(),
  port: z.number(),
  finding: z.enum(HOST_KEY_FINDINGS),
  keys: z.array(key),
  /** What was pinned then. */
  pins: z.array(key),
});

/** One row of what a scan found. */
export type HostKeyOutcome = z.infer<typeof hostKeyFinding>;

/** What a scan found at this endpoint. */
export function outcomeOf(
  { asset, port, hostKeys }: AssetEndpoint,
  shown: readonly ScannedKey[],
): HostKeyOutcome {
  const pins = hostKeys.map(({ type, blob, fingerprint }) => ({
    type,
    publicKey: `${type} ${blob}`,
    fingerprint,
  }));
  const finding = findingOn(pins, shown);
  return { address: asset.address, port, finding, keys: ordered(shown), pins: ordered(pins) };
}

/**
 * An asset shows the same as long as it has a pinned key and none of another blob where that type is pinned. A type that
 * is pinned but not shown, or shown but not pinned, alone is no sign of another host.
 */
export function findingOn(pins: readonly ScannedKey[], shown: readonly ScannedKey[]): HostKeyFinding {
  if (pins.length === 0) return 'new';
  const pinned = new Set(pins.map(({ publicKey }) => publicKey));
  const types = new Set(pins.map(({ type }) => type));
  const isKnown = shown.some(({ publicKey }) => pinned.has(publicKey));
  const isOther = shown.some(({ type, publicKey }) => types.has(type) && !pinned.has(publicKey));
  return isKnown && !isOther ? 'same' : 'changed';
}

const ordered = (keys: readonly ScannedKey[]): ScannedKey[] =>
  [...keys].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
