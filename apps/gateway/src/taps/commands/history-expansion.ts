/** `!!`, `!$`, `!42`, `!?text?`, `!word`, `^old^new`: csh history expansion, as bash and zsh know it. */
const DESIGNATOR = /(?<!\\)!(?:[!$*^#?:-]|[\w./~-])/;

/** `fc`, which runs former lines again, as an editor or a replacement makes them; with `-l` it lists them. */
const RERUN = /(?:^|[;&|(]|\b(?:builtin|command)\s)\s*fc\b(?!\s+-[a-z]*l)/;

/** Whether the line runs former lines: bash and zsh show first what they are now. */
export function runsFormer(line: string): boolean {
  return RERUN.test(line);
}

/** Whether a shell with history expansion would run something else than this text. */
export function mayExpand(line: string): boolean {
  if (/^\^[^^\n]+\^/.test(line)) return true;
  // nothing is expanded between single quotes
  return DESIGNATOR.test(line.replace(/'[^']*'/g, "''"));
}

/** Whether `shown` can be what `line` became: all that is no designator stands in it, in order. */
export function isExpansionOf(shown: string, line: string): boolean {
  if (shown.trim() === '') return false;
  if (line.startsWith('^')) return true;
  const fixed = line.split(/![!$*^#?]?[\w./~:$*^-]*/).map((part) => part.trim());
  const [first = ''] = fixed;
  const last = fixed.at(-1) ?? '';
  if (!shown.startsWith(first) || !shown.endsWith(last)) return false;
  let place = 0;
  for (const part of fixed) {
    const found = shown.indexOf(part, place);
    if (found < 0) return false;
    place = found + part.length;
  }
  return true;
}

/** What `!!` and `!$` alone make of a line after `previous`; null: other designators. */
export function expand(line: string, previous: string | null): string | null {
  if (previous === null) return null;
  const lastWord = /\S+$/.exec(previous)?.[0] ?? '';
  const expanded = line.replaceAll('!!', () => previous).replaceAll('!$', () => lastWord);
  return line !== expanded && !mayExpand(line.replaceAll('!!', '').replaceAll('!$', '')) ? expanded : null;
}
