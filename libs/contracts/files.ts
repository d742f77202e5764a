/** What an entry of a folder is. */
export const FILE_KINDS = ['file', 'folder', 'link', 'other'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** What the api may have a gateway do with files of an asset. */
export const FILE_OPERATIONS = ['list', 'read', 'write', 'mkdir', 'rename', 'remove', 'chmod'] as const;
export type FileOperation = (typeof FILE_OPERATIONS)[number];

/** How work with files on many assets stands on one of them. */
export const FILE_RUN_STATES = ['waiting', 'running', 'done', 'failed'] as const;
export type FileRunState = (typeof FILE_RUN_STATES)[number];

/** Bounds of work with files on many assets. */
export const FILE_RUN_LIMITS = {
  /** Assets of one archive: they come one after the other. */
  archiveAssets: 200,
  /** Assets to which a file goes: all at the same time. */
  spreadAssets: 50,
  /** Files and folders of one asset in an archive. */
  entries: 100_000,
  /** Archives and files to many assets that a user may have under way. */
  atOnce: 6,
} as const;

/**
 * A byte of a file's name that is no UTF-8 travels as one character of the private use area: 0x80 as this, 0xFF as
 * U+EFFF. So every name can be addressed, and comes back as it was.
 */
export const RAW_BYTES_FROM = 0xef80;
