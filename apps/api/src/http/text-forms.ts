/** What a text must look like, and how it is said of one that does not. */
export interface TextForm {
  pattern: RegExp;
  /** Stable; the console and the sheets have words for each. */
  code: string;
  /** What the pattern asks for, as a sentence. */
  rule: string;
}

/** Of a secret: it would end at a line end where it is used. */
export const NO_CONTROL_CHARACTERS: TextForm = {
  pattern: /^\P{Cc}*$/u,
  code: 'control_characters',
  rule: 'Control characters are not allowed here.',
};

/** A path on an asset: it may hold whatever a file system lets it. */
export const ASSET_PATH: TextForm = {
  pattern: /^[^\0]*$/,
  code: 'not_a_path',
  rule: 'A path has no NUL character in it.',
};

/** A minute of the day. */
export const TIME_OF_DAY: TextForm = {
  pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$/,
  code: 'not_a_time',
  rule: 'Write the time like 09:00.',
};
