import { ValidationFailed } from '#libs/kernel';

/** An asset as a pattern sees it. */
export interface PatternSubject {
  name: string;
  address: string;
  environment: string | null;
  labels: Readonly<Record<string, string>>;
  /** Names of its asset groups and of those above them. */
  groups: readonly string[];
}

/** One of several things that must all hold: of the name or address, a group, or a label. */
type Condition =
  { kind: 'name'; glob: Glob } | { kind: 'group'; glob: Glob } | { kind: 'label'; key: string; glob: Glob };

interface Term {
  excludes: boolean;
  conditions: Condition[];
}

/** A pattern that was understood. */
export interface AssetPattern {
  terms: readonly Term[];
  /** Whether it names groups; they need not be looked up otherwise. */
  usesGroups: boolean;
}

/** A character, or what stands for any. */
type Glob = readonly (string | typeof ANY | typeof ONE)[];
const ANY = Symbol('any run');
const ONE = Symbol('one character');

const MAX_TERMS = 200;

/**
 * Reads a pattern over assets: terms between commas or blanks; an asset is in when one term takes it and none that
 * begins with `!` does. With `!` terms alone all others are in. A term is one condition or several joined by `&`:
 * `web-*` name or address, `@group` asset group (also one above it), `key=value` label or `environment`. `*` is any run of
 * characters, `?` one; upper and lower case are the same; in double quotes everything means itself.
 * @throws ValidationFailed at `pattern`
 */
export function readPattern(text: string): AssetPattern {
  const terms = split(text).map(readTerm);
  if (terms.length === 0)
    throw fault('empty_pattern', 'Write which assets: names, web-*, @group, key=value or *.');
  if (terms.length > MAX_TERMS)
    throw ValidationFailed.field('pattern', 'too_many', `Use at most ${MAX_TERMS} terms.`, {
      max: MAX_TERMS,
    });
  const usesGroups = terms.some((term) => term.conditions.some(({ kind }) => kind === 'group'));
  return { terms, usesGroups };
}

/** Whether the pattern takes the asset. */
export function takes({ terms }: AssetPattern, subject: PatternSubject): boolean {
  const holds = (term: Term): boolean => term.conditions.every((condition) => meets(condition, subject));
  const [including, excluding] = [terms.filter((t) => !t.excludes), terms.filter((t) => t.excludes)];
  return (including.length === 0 || including.some(holds)) && !excluding.some(holds);
}

function meets(condition: Condition, subject: PatternSubject): boolean {
  const { glob } = condition;
  if (condition.kind === 'name') return matches(glob, subject.name) || matches(glob, subject.address);
  if (condition.kind === 'group') return subject.groups.some((name) => matches(glob, name));
  return valuesOf(subject, condition.key).some((value) => matches(glob, value));
}

function valuesOf({ labels, environment }: PatternSubject, key: string): string[] {
  const values = Object.entries(labels).flatMap(([name, value]) => (folded(name) === key ? [value] : []));
  return key === 'environment' && environment !== null ? [...values, environment] : values;
}

/** A character of a pattern; one that was quoted means itself. */
interface Sign {
  character: string;
  quoted: boolean;
}

/** The terms, without the quotes. */
function split(text: string): Sign[][] {
  const terms: Sign[][] = [];
  let term: Sign[] = [];
  let quoted = false;
  let hasQuotes = false;
  const close = (): void => {
    if (term.length > 0 || hasQuotes) terms.push(term);
    term = [];
    hasQuotes = false;
  };
  for (const character of text.normalize('NFC')) {
    if (character === '"') {
      quoted = !quoted;
      hasQuotes = true;
    } else if (!quoted && /[\s,，]/u.test(character)) close();
    else term.push({ character, quoted });
  }
  if (quoted) throw fault('unclosed_quote', 'A double quote has no end.');
  close();
  return terms;
}

function readTerm(signs: Sign[]): Term {
  const excludes = is(signs[0], '!');
  const conditions: Sign[][] = [[]];
  for (const sign of excludes ? signs.slice(1) : signs) {
    if (is(sign, '&')) conditions.push([]);
    else conditions.at(-1)?.push(sign);
  }
  return { excludes, conditions: conditions.map(readCondition) };
}

function readCondition(signs: Sign[]): Condition {
  if (signs.length === 0)
    throw fault('empty_term', 'After ! and around & there must be a name, @group or key=value.');
  if (is(signs[0], '@')) return { kind: 'group', glob: globOf(signs.slice(1), '@') };
  const equals = signs.findIndex((sign) => is(sign, '='));
  if (equals < 0) return { kind: 'name', glob: globOf(signs, '') };
  const key = folded(textOf(signs.slice(0, equals)));
  if (key === '') throw fault('empty_term', 'Before = there must be the key of a label.');
  return { kind: 'label', key, glob: globOf(signs.slice(equals + 1), `${key}=`) };
}

function globOf(signs: Sign[], before: string): Glob {
  if (signs.length === 0) throw fault('empty_term', `After ${before} there must be something.`);
  return signs.flatMap((sign): Glob => {
    if (is(sign, '*')) return [ANY];
    if (is(sign, '?')) return [ONE];
    return [...folded(sign.character)];
  });
}

const is = (sign: Sign | undefined, character: string): boolean =>
  sign !== undefined && !sign.quoted && sign.character === character;

const textOf = (signs: Sign[]): string => signs.map(({ character }) => character).join('');

/** Letter by letter, as a pattern is read: what a whole word would change (a final sigma) stays alike. */
const folded = (text: string): string =>
  [...text.normalize('NFC')].map((character) => character.toLowerCase()).join('');

/** In time that grows with the product of the lengths at most, whatever the pattern. */
function matches(glob: Glob, text: string): boolean {
  const characters = [...folded(text)];
  let [at, from, back, backFrom] = [0, 0, -1, 0];
  while (from < characters.length) {
    const sign = glob[at];
    if (sign === ANY) {
      back = ++at;
      backFrom = from;
    } else if (at < glob.length && (sign === ONE || sign === characters[from])) {
      at++;
      from++;
    } else if (back >= 0) {
      at = back;
      from = ++backFrom;
    } else return false;
  }
  return glob.slice(at).every((sign) => sign === ANY);
}

function fault(code: string, message: string): ValidationFailed {
  return ValidationFailed.field('pattern', code, message);
}
