/** What shells and clients ask with when a command is not whole yet. */
const CONTINUATION = new RegExp(
  [
    '^(?:',
    '> ?', // POSIX shells
    '|(?:(?:for|while|until|if|then|else|elif|elif-then|do|case|select|function|quote|dquote|bquote|heredoc|heredocd',
    '|cmdsubst|subsh|cursh|pipe|cmdand|cmdor|array|math|mathsubst|braceparam|repeat|errexec|foreach|cond|backquote) ?)+> ?', // zsh
    '|\\.\\.\\. ?', // Python
    '| +(?:-|\'|"|`|\\.\\.\\.|/\\*)> ?', // mysql, sqlite
    '|[^\\s=]+[-(\'"*$!^][#>] ?', // psql
    ')$',
  ].join(''),
);

/** Whether a prompt asks for the rest of the command begun at `first`. */
export function isContinuation(prompt: string, first: string): boolean {
  return prompt !== first && CONTINUATION.test(prompt);
}

const REMEMBERED = 8;

/** Prompts seen in this session, the latest first. */
export class KnownPrompts {
  private readonly seen: string[] = [];
  private rightLength = 0;

  /** @param right what stood to the right of it */
  note(prompt: string, right = ''): void {
    if (prompt.trim() === '') return;
    if (right.trim() !== '') this.rightLength = right.trim().length;
    const index = this.seen.indexOf(prompt);
    if (index >= 0) this.seen.splice(index, 1);
    this.seen.unshift(prompt);
    this.seen.length = Math.min(this.seen.length, REMEMBERED);
  }

  /** The row without its right prompt, whose text may be another by now. */
  withoutRight(row: string): string {
    if (this.rightLength === 0) return row;
    const head = row.slice(0, -this.rightLength);
    return head.endsWith('  ') ? head.trimEnd() : row;
  }

  /**
   * It is one of these, or the same with another folder in one word: nothing that a line could do stands in it, so that all
   * behind it is what was typed.
   */
  isPrompt(text: string): boolean {
    if (this.seen.includes(text) || isContinuation(text, '')) return true;
    return /^[\p{L}\p{N}@:~/.[\]+_-]+[^\p{L}\p{N}\s;&|]? ?$/u.test(text) && this.isLike(text);
  }

  /** The one that the row begins with, the longest where there are several. */
  opening(row: string): string | null {
    const fitting = this.seen.filter((prompt) => row.startsWith(prompt));
    return fitting.sort((one, other) => other.length - one.length)[0] ?? null;
  }

  /** The same text, or of the same form: its beginning and its end, with another folder or host between. */
  isLike(text: string): boolean {
    if (isContinuation(text, '')) return true;
    const padded = text.trimEnd();
    return this.seen.some((prompt) => {
      const known = prompt.trimEnd();
      if (known.length > 1 && text.endsWith(prompt)) return true; // what was typed ahead stands before it
      return padded === known || (padded.slice(0, 2) === known.slice(0, 2) && padded.at(-1) === known.at(-1));
    });
  }
}
