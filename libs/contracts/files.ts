/** What an entry of a folder is. */
export const FILE_KINDS = ['file', 'folder', 'link', 'other'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** What the api may have a gateway do with files of an asset. */
export const FILE_OPERATIONS = ['list', 'read', 'write', 'mkdir', 'rename', 'remove', 'chmod'] as const;
export type FileOperation = (typeof FILE_OPERATIONS)[number];

/**
 * A byte of a file's name that is no UTF-8 travels as one character of the private use area: 0x80 as this, 0xFF as
 * U+EFFF. So every name can be addressed, and comes back as it was.
 */
export const RAW_BYTES_FROM = 0xef80;
