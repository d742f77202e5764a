/** Why something with files did not come about. */
export const FILE_FAULTS = [
  /** The rules do not give this asset as this system user, or the asset can't be reached. */
  'not_opened',
  'no_such_file',
  /** Something stands there already. */
  'exists',
  'denied',
  'failed',
  /** The asset's server knows no such request. */
  'unsupported',
  /** The session ended meanwhile. */
  'ended',
  'too_many',
  /** None of the own assets is meant, or one that is not the caller's. */
  'no_target',
  'too_many_assets',
] as const;
export type FileFault = (typeof FILE_FAULTS)[number];

/** A failure with files on an asset; its message is for the person. */
export class FileFailure extends Error {
  constructor(
    readonly fault: FileFault,
    message: string,
  ) {
    super(message);
    this.name = 'FileFailure';
  }
}
