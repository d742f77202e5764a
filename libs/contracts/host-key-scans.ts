/** How what an asset showed stands to the keys that were pinned for it when it was scanned. */
export const HOST_KEY_FINDINGS = ['new', 'changed', 'same'] as const;
export type HostKeyFinding = (typeof HOST_KEY_FINDINGS)[number];

/**
 * Where a scanned asset stands now. `new`, `changed`, `same`: as it was found, and nothing happened since. `pinned`: what
 * it showed was pinned since. What happened since else is why nothing of this scan is pinned any more: `pins-changed`,
 * `address-changed`, `asset-deleted`.
 */
export const HOST_KEY_VERDICTS = [
  ...HOST_KEY_FINDINGS,
  'pinned',
  'unreachable',
  'pins-changed',
  'address-changed',
  'asset-deleted',
] as const;
export type HostKeyVerdict = (typeof HOST_KEY_VERDICTS)[number];
