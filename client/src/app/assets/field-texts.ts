const MIB_OF: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1024 * 1024 };

/** What people may write for a size: `16 GiB`, `512M`, `1.5T`; without a unit, GiB. */
export const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([MGT]?)(?:i?B)?\s*$/i;

/** A size in MiB; null when the text is none. */
export function readSize(text: string): number | null {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  if (amount === undefined) return null;
  return Math.round(Number(amount) * (MIB_OF[unit?.toUpperCase() || 'G'] ?? 1));
}

/** MiB in the largest unit in which it is a whole number or has one decimal. */
export function formatSize(mib: number): string {
  for (const [unit, size] of [
    ['TiB', 1024 * 1024],
    ['GiB', 1024],
  ] as const) {
    if (mib >= size && (mib * 10) % size === 0) return `${mib / size} ${unit}`;
  }
  return `${mib} MiB`;
}

const SMALLEST = ['MiB', 1] as const;
const ROUND_UNITS = [['TiB', 1024 * 1024], ['GiB', 1024], SMALLEST] as const;

/** MiB for reading: in the largest unit, with at most one decimal. */
export function roundSize(mib: number): string {
  const [unit, size] = ROUND_UNITS.find(([, of]) => mib >= of) ?? SMALLEST;
  return `${Math.round((mib / size) * 10) / 10} ${unit}`;
}

const DISK = /^\s*(\S.*?)\s+(\d+(?:\.\d+)?\s*[MGT]?(?:i?B)?)\s*$/i;

/** Whether each line names a disk and its size: `sda 480 GiB`. */
export function areDisks(text: string): boolean {
  return linesOf(text).every((line) => DISK.test(line));
}

/** The disks of a text for which {@link areDisks} holds. */
export function readDisks(text: string): { name: string; sizeMib: number }[] {
  return linesOf(text).map((line) => {
    const [, name = line, size = ''] = DISK.exec(line) ?? [];
    return { name, sizeMib: readSize(size) ?? 0 };
  });
}

/** The lines of a text that hold something. */
export function linesOf(text: string): string[] {
  return text
    .split(/\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** `key=value` in each line; a line without `=` is a label without a value. */
export function readLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const end = line.indexOf('=');
      return end === -1 ? [line, ''] : [line.slice(0, end).trim(), line.slice(end + 1).trim()];
    }),
  );
}

/** Labels as {@link readLabels} reads them. */
export function writeLabels(labels: Readonly<Record<string, string>>): string {
  return labelLines(labels).join('\n');
}

/** Each label as people write it: `key=value`, in the order of the keys. */
export function labelLines(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .sort();
}
