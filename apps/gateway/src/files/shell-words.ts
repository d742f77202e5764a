/** Outside quotes these let a shell do more than pass words to one program. */
const SYNTAX = /[$`;&|<>()#!\p{Cc}]/u;
const IN_DOUBLE_QUOTES = /[$`!\p{Cc}]/u;

/**
 * The words of a command line as a POSIX shell would see them, patterns and `~` left as they are; null when the line
 * is anything beyond one program with its words, so that nothing can hide in it.
 */
export function shellWords(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? '';
    if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const part = quoted(line, index);
    if (!part) return null;
    word = (word ?? '') + part.text;
    index = part.last;
  }
  if (word !== null) words.push(word);
  return words;
}

/** The character or quoted part that begins at `index`. */
function quoted(line: string, index: number): { text: string; last: number } | null {
  const character = line[index] ?? '';
  if (character === "'") {
    const last = line.indexOf("'", index + 1);
    return last < 0 ? null : { text: line.slice(index + 1, last), last };
  }
  if (character === '"') return doubleQuoted(line, index);
  if (character === '\\') {
    const text = line[index + 1];
    return text === undefined || text === '\n' ? null : { text, last: index + 1 };
  }
  return SYNTAX.test(character) ? null : { text: character, last: index };
}

function doubleQuoted(line: string, index: number): { text: string; last: number } | null {
  let text = '';
  for (let at = index + 1; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === '"') return { text, last: at };
    if (IN_DOUBLE_QUOTES.test(character)) return null;
    const escaped = line[at + 1] ?? '';
    if (character === '\\' && '\\"$`'.includes(escaped) && escaped !== '') {
      text += escaped;
      at++;
    } else text += character;
  }
  return null;
}
