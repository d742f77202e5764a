/**
 * How what stands in an operation's `before` and `after` is said to people: the same in the console and in exports.
 * The words themselves stand in the console's language files.
 */

/** By field: the section of the language files that holds words for its values. Of several the first that knows one. */
const SECTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  role: ['role'],
  secondFactorRoles: ['role'],
  secondFactorFor: ['security.demand'],
  language: ['operationLanguage'],
  actions: ['action'],
  mode: ['pushKind'],
  engine: ['engineName'],
  security: ['mailSecurity'],
  type: ['assetType'],
  environment: ['assetEnvironment'],
  status: ['assetStatus'],
  kind: ['sessionKind', 'commands.kinds'],
  days: ['rules.hours.day'],
  state: ['operationState'],
  direction: ['fileTransfers.directions'],
  result: ['fileTransfers.results'],
  subjectType: ['operations.subjects'],
  password: ['operationSecret'],
};

/** Sections of the language files that only operations read. */
export const OPERATION_SECTIONS: readonly string[] = [
  'operationField',
  'operationSubject',
  'operationVerb',
  ...Object.values(SECTIONS_OF).flat(),
];

/** Keys of the language files that operations read besides: what stands between things, and the two answers. */
export const OPERATION_PHRASES = {
  between: 'phrase.between',
  colon: 'phrase.colon',
  apart: 'phrase.apart',
  yes: 'sheets.yes',
  no: 'sheets.no',
} as const;

/** What a reader of operations brings along. */
export interface OperationReader {
  /** The phrase of a key of the language files, if there is one. */
  word(key: string): string | undefined;
  /** Names of things by their ids. */
  names: Readonly<Record<string, string>>;
  /** A moment, which is held as ISO 8601, as this reader sees it. */
  moment(iso: string): string;
}

/** What an operation was done to, as its row holds it. */
export interface OperationSubject {
  subjectType: string;
  /** Null: nothing that has an id. */
  subjectId: string | null;
  subjectName: string;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const NOTHING = '–';

/** What was done, of an action like `asset.update`: its kind of thing is said beside it, unless the action has words of its own. */
export function operationVerb(action: string, { word }: Pick<OperationReader, 'word'>): string {
  const verb = action.slice(action.indexOf('.') + 1);
  const own = word(`operationVerb.${action.replace('.', '-')}`);
  return own ?? word(`operationVerb.${verb}`) ?? verb;
}

/** What a field of an operation is called; as the record calls it where no language file knows. */
export function operationField(field: string, { word }: Pick<OperationReader, 'word'>): string {
  return word(`operationField.${field}`) ?? field;
}

/** Kinds of things of which Gatehouse has only its own, which it calls by codes. */
const OWN_KINDS = new Set(['settings', 'retention', 'audit', 'login', 'vault', 'gateway']);

/** Kinds of things with an id that are called by how many they were about. */
const COUNTED_KINDS = new Set(['run', 'batch-execution']);

/** What an operation was done to: words for things of Gatehouse's own and for counts, else the name that somebody gave. */
export function operationSubject(
  { subjectType, subjectId, subjectName }: OperationSubject,
  { word }: Pick<OperationReader, 'word'>,
): string {
  if (subjectId === null && OWN_KINDS.has(subjectType))
    return word(`operationSubject.${subjectType}.${subjectName.replaceAll(' ', '-')}`) ?? subjectName;
  // a batch execution is called by its system user, too
  const [, whose, count, things] = /^(?:(\w.*): )?(\d+) (assets|users)$/.exec(subjectName) ?? [];
  if (count === undefined || (subjectId !== null && !COUNTED_KINDS.has(subjectType))) return subjectName;
  const counted = `${count} ${word(`operationSubject.${things}`) ?? things}`;
  return whose === undefined ? counted : operationTold(whose, counted, { word });
}

/** A field's value as people read it: names for ids, words for codes, lists in a line; nothing is a dash. */
export function operationValue(field: string, value: unknown, reader: OperationReader): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'boolean')
    return reader.word(OPERATION_PHRASES[value ? 'yes' : 'no']) ?? String(value);
  if (typeof value === 'string') return textOf(field, value, reader);
  if (Array.isArray(value))
    return (
      listOf(
        value.map((each: unknown) => operationValue(field, each, reader)),
        reader,
      ) || NOTHING
    );
  if (typeof value === 'object') return objectOf(field, value, reader) || NOTHING;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** What something is called and what is told of it. */
export function operationTold(called: string, told: string, { word }: Pick<OperationReader, 'word'>): string {
  return `${called}${word(OPERATION_PHRASES.colon) ?? ': '}${told}`;
}

function listOf(parts: readonly string[], reader: OperationReader): string {
  return parts.join(reader.word(OPERATION_PHRASES.between) ?? ', ');
}

/** Ids and names of labels are somebody's words, not ours. */
function objectOf(field: string, value: object, reader: OperationReader): string {
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]: [string, unknown]) => {
      const called = field === 'labels' ? key : operationField(key, reader);
      return operationTold(called, operationValue(key, each, reader), reader);
    })
    .join(reader.word(OPERATION_PHRASES.apart) ?? '; ');
}

function textOf(field: string, value: string, reader: OperationReader): string {
  for (const section of SECTIONS_OF[field] ?? []) {
    const said = reader.word(`${section}.${value}`);
    if (said !== undefined) return said;
  }
  if (MOMENT.test(value)) return reader.moment(value);
  return reader.names[value] ?? value;
}
