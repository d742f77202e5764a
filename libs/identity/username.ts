/** Name at login, in small letters: `@` and `#` separate the parts of an SSH login name and can't be in it. */
export const USERNAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** What {@link USERNAME_PATTERN} asks for. */
export const USERNAME_RULE =
  'Begin with a letter or digit; letters, digits, dot, hyphen and underscore may follow, 64 in all.';
