/** What a row of a session's commands is. */
export const COMMAND_KINDS = [
  /** A line that was entered. */
  'line',
  /** The command that an exec session is. */
  'exec',
  /** A line that was entered without being shown (a password, or an echo turned off); its text is the prompt's. */
  'hidden',
  /** A program took the whole screen (ESC [ ? 1049 h and its like). */
  'screen_entered',
  'screen_left',
] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];
