import { ValidationFailed, type FieldError } from '#libs/kernel';

/** The word of sudoers for every command. */
export const ALL_COMMANDS = 'ALL';

/** Printable ASCII: what sudoers of every version reads alike. */
const PRINTABLE = /^[\x20-\x7e]*$/;
const PATH = /^(?:\/[A-Za-z0-9_.+@%~*?[\]-]+)+$/;
/** A list as sudoers writes it: a comma in or after the program, or before another path or ALL. */
const SEVERAL = /^[^ ]*(?<!\\),|(?<!\\), (?:\/|ALL$)/;

/** Why a command is refused, checked in this order. sudoers(5), "Other special characters and reserved words". */
const refusals: { code: string; message: string; applies: (command: string) => boolean }[] = [
  { code: 'empty', message: 'Write a command, or ALL.', applies: (command) => command === '' },
  {
    code: 'control_characters',
    message: 'Use printable ASCII only: no line ends, control characters or accents.',
    applies: (command) => !PRINTABLE.test(command),
  },
  {
    code: 'blanks',
    message: 'Separate words by one blank: sudo reads several as one.',
    applies: (command) => /^ | $| {2}/.test(command),
  },
  {
    code: 'several_commands',
    message: 'Write one command a line: a comma does not separate commands here.',
    applies: (command) => SEVERAL.test(command),
  },
  {
    code: 'not_absolute',
    message: 'Write the absolute path of a program, like /usr/bin/systemctl, or ALL.',
    applies: (command) => !command.startsWith('/'),
  },
  {
    code: 'no_program',
    message: 'The path must name one program: letters, digits and _ . + @ % ~ - or the patterns * ? [ ].',
    applies: (command) => !PATH.test(wordsOf(command)[0]),
  },
  {
    code: 'dots',
    message: 'Write the path without . and .. in it.',
    applies: (command) =>
      wordsOf(command).some((word) => /(?:^|\/)\.\.(?:\/|$)/.test(word)) || inPath(command),
  },
  {
    code: 'sudoedit',
    message: 'sudoedit is no program to allow: it edits files as another user.',
    applies: (command) => wordsOf(command)[0].endsWith('/sudoedit'),
  },
  {
    code: 'exclamation_mark',
    message: 'Exclusions (!) are not safe in sudoers: name what is allowed instead.',
    applies: (command) => command.includes('!'),
  },
  {
    code: 'backslash',
    message:
      'A backslash means different things to different versions of sudo: leave it out, special characters are escaped for you.',
    applies: (command) => command.includes('\\'),
  },
  {
    code: 'quotes',
    message: 'Quotes are not taken off by sudo: leave them out. Only "" alone is known, for "no arguments".',
    applies: (command) => command.includes('"') && wordsOf(command).slice(1).join(' ') !== '""',
  },
  {
    code: 'expression',
    message: 'Arguments that begin with ^ are a regular expression to newer versions of sudo only.',
    applies: (command) => wordsOf(command)[1]?.startsWith('^') ?? false,
  },
];

/**
 * Checks the commands of a sudo alias by the rules of `visudo -c`, stricter where versions of sudo differ. Gives them
 * each once, in their order.
 * @throws ValidationFailed with an error for every wrong one, at `commands.<index>`
 */
export function checkCommands(commands: readonly string[]): string[] {
  const errors: FieldError[] = [];
  for (const [index, command] of commands.entries()) {
    const refusal = command === ALL_COMMANDS ? undefined : refusals.find((one) => one.applies(command));
    if (refusal) errors.push({ field: `commands.${index}`, code: refusal.code, message: refusal.message });
  }
  if (errors.length > 0) throw new ValidationFailed(errors);
  return [...new Set(commands)];
}

/** A checked command as sudoers reads it: `, : = #` in arguments would else end or change it. */
export function sudoersCommand(command: string): string {
  const [path, ...words] = wordsOf(command);
  return [path, ...words.map((word) => word.replace(/[,:=#]/g, '\\$&'))].join(' ');
}

function wordsOf(command: string): [string, ...string[]] {
  const [path = '', ...words] = command.split(' ');
  return [path, ...words];
}

const inPath = (command: string): boolean => /\/\.(?:\/|$)/.test(wordsOf(command)[0]);
