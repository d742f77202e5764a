/** Whether a file went to the asset or came from it. */
export const TRANSFER_DIRECTIONS = ['upload', 'download'] as const;
export type TransferDirection = (typeof TRANSFER_DIRECTIONS)[number];

/** What a record tells of: a file that passed, or a change of what stands on the asset. */
export const RECORD_DIRECTIONS = [...TRANSFER_DIRECTIONS, 'change'] as const;
export type RecordDirection = (typeof RECORD_DIRECTIONS)[number];

/** Changes of files without their bytes; `setstat` sets permissions, owner, times or size, `other` is an extension. */
export const FILE_CHANGES = [
  'remove',
  'rename',
  'mkdir',
  'rmdir',
  'setstat',
  'symlink',
  'hardlink',
  'other',
] as const;
export type FileChange = (typeof FILE_CHANGES)[number];

/** How a transfer ended: stable, shown translated. */
export const TRANSFER_RESULTS = ['complete', 'cut_off', 'refused', 'failed'] as const;
export type TransferResult = (typeof TRANSFER_RESULTS)[number];

/** The protocol that carried it. */
export const TRANSFER_PROTOCOLS = ['sftp', 'scp', 'rsync', 'zmodem', 'web'] as const;
export type TransferProtocol = (typeof TRANSFER_PROTOCOLS)[number];

/**
 * Why a record has no digest of a whole file: only a part passed (`partial`; of one that was cut off the digest is that of
 * the bytes that passed, from the first on), the bytes did not pass as one run from the first to the last
 * (`out_of_order`), or the protocol does not show the file's bytes (`not_visible`).
 */
export const DIGEST_GAPS = ['partial', 'out_of_order', 'not_visible'] as const;
export type DigestGap = (typeof DIGEST_GAPS)[number];
