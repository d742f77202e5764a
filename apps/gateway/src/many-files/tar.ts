/** A file or folder in a tar archive. */
export interface TarMember {
  /** With `/` between its steps; of a folder too, without one at its end. */
  path: string;
  kind: 'file' | 'folder';
  /** Bytes that follow the header. */
  size: number;
  /** Permissions; only these pass, no set-id bits. */
  mode: number;
  modifiedAt: Date | null;
}

const BLOCK = 512;
const MAX_NAME = 100;
/** What eleven octal digits hold. */
const MAX_SIZE = 0o77777777777;

/** Two blocks of zeros end an archive (POSIX.1-2017, pax, ustar Interchange Format). */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Header of a member; an extended header of pax before it where a name or size is too long for the plain one. */
export function tarHeader(member: TarMember): Buffer {
  const path = member.kind === 'folder' ? `${member.path}/` : member.path;
  const isPlain = /^[\x20-\x7e]*$/.test(path) && path.length <= MAX_NAME;
  const records = [
    ...(isPlain ? [] : [record('path', path)]),
    ...(member.size > MAX_SIZE ? [record('size', String(member.size))] : []),
  ];
  const mode = (member.mode & 0o777) | (member.kind === 'folder' ? 0o700 : 0o600);
  const header = block(path, member.kind === 'folder' ? '5' : '0', member.size, mode, member.modifiedAt);
  if (records.length === 0) return header;
  const extended = Buffer.from(records.join(''));
  const before = block('PaxHeader', 'x', extended.length, 0o644, member.modifiedAt);
  return Buffer.concat([before, extended, tarPadding(extended.length), header]);
}

/** Zeros that fill the last block of so many bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** `length keyword=value\n`, where the length counts its own digits too. */
function record(keyword: string, value: string): string {
  const rest = Buffer.byteLength(` ${keyword}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${keyword}=${value}\n`;
}

function block(path: string, type: string, size: number, mode: number, modifiedAt: Date | null): Buffer {
  const header = Buffer.alloc(BLOCK);
  const seconds = Math.max(0, Math.floor((modifiedAt?.getTime() ?? 0) / 1000));
  header.write(path.replace(/[^\x20-\x7e]/g, '_').slice(0, MAX_NAME), 0, 'latin1');
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size > MAX_SIZE ? 0 : size, 11), 124);
  header.write(octal(seconds, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
