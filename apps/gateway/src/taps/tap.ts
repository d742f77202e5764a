/**
 * Something that sees a session's bytes without being on their way: it can ask the session to
 * wait (a strict recorder), never change what passes.
 */
export interface Tap {
  /** From the asset. False: let it wait until `relieved` is called. */
  output(chunk: Buffer): boolean;
  /** From the user. */
  input(chunk: Buffer): void;
  resized(columns: number, rows: number): void;
}
