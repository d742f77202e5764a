/** Why something with files did not come about. */
export type FileFault =
  /** The rules do not give this asset as this system user, or the asset can't be reached. */
  | 'not_opened'
  | 'no_such_file'
  /** Something stands there already. */
  | 'exists'
  | 'denied'
  | 'failed'
  /** The session ended meanwhile. */
  | 'ended'
  | 'too_many';

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
