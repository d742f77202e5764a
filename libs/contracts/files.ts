/** What an entry of a folder is. */
export const FILE_KINDS = ['file', 'folder', 'link', 'other'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** What the api may have a gateway do with files of an asset. */
export const FILE_OPERATIONS = ['list', 'read', 'write', 'mkdir', 'rename', 'remove', 'chmod'] as const;
export type FileOperation = (typeof FILE_OPERATIONS)[number];
