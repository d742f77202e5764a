/** Character sets of assets that don't speak UTF-8, by their names in the Encoding Standard. */
export const CHARSETS = ['utf-8', 'gbk', 'big5', 'shift_jis', 'euc-kr', 'windows-1252'] as const;
export type Charset = (typeof CHARSETS)[number];

const LINE_END = 0x0a;
const UNKNOWN = '?'.charCodeAt(0);
const tables = new Map<Charset, ReadonlyMap<string, readonly number[]>>();

/** The bytes of a text in a character set; what it has no character for becomes a question mark. */
export function encode(text: string, charset: Charset): Uint8Array {
  if (charset === 'utf-8') return new TextEncoder().encode(text);
  const table = tableOf(charset);
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const code = character.charCodeAt(0);
      return code < 0x80 ? [code] : (table.get(character) ?? [UNKNOWN]);
    }),
  );
}

/** Browsers read these character sets but write only UTF-8: what each byte and pair reads as, turned round. */
function tableOf(charset: Charset): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(charset);
  if (known) return known;
  const candidates = candidatesOf(charset);
  const bytes = Uint8Array.from(candidates.flatMap((candidate) => [...candidate, LINE_END]));
  const read = new TextDecoder(charset).decode(bytes).split('\n');
  const table = new Map<string, readonly number[]>();
  candidates.forEach((candidate, at) => {
    const character = read[at] ?? '';
    if ([...character].length === 1 && character !== '\ufffd' && !table.has(character))
      table.set(character, candidate);
  });
  tables.set(charset, table);
  return table;
}

function candidatesOf(charset: Charset): number[][] {
  const high = Array.from({ length: 0x80 }, (_, at) => 0x80 + at);
  const singles = high.map((byte) => [byte]);
  if (charset === 'windows-1252') return singles;
  const trails = Array.from({ length: 0xff - 0x40 }, (_, at) => 0x40 + at);
  return [...singles, ...high.flatMap((lead) => trails.map((trail) => [lead, trail]))];
}
