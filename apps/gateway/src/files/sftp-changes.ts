import { ATTR, SFTP, type PacketReader } from './sftp-packets.js';
import type { ChangeSubject } from './transfer.js';

/** Extended requests that change something on the asset (OpenSSH PROTOCOL, section 4). */
const EXTENSIONS: Readonly<Record<string, number>> = {
  'posix-rename@openssh.com': SFTP.RENAME,
  'lsetstat@openssh.com': SFTP.SETSTAT,
};

/**
 * What a request changes on the asset; null: nothing, or only bytes of an open file.
 * @param subject its first field: a path, or of FSETSTAT that of the open file
 * @param packet stands behind this field
 * @throws MalformedPacket
 */
export function changeOf(type: number, subject: string, packet: PacketReader): ChangeSubject | null {
  switch (type) {
    case SFTP.REMOVE:
      return { change: 'remove', path: subject, target: null };
    case SFTP.MKDIR:
      return { change: 'mkdir', path: subject, target: null };
    case SFTP.RMDIR:
      return { change: 'rmdir', path: subject, target: null };
    case SFTP.RENAME:
      return { change: 'rename', path: subject, target: packet.string().toString() };
    case SFTP.SYMLINK:
      // OpenSSH and all that follow it send where the link leads first (PROTOCOL, section 4.1)
      return { change: 'symlink', path: packet.string().toString(), target: subject };
    case SFTP.SETSTAT:
    case SFTP.FSETSTAT:
      return { change: 'setstat', path: subject, target: attributesOf(packet) };
    default:
      return null;
  }
}

/** The same of an extended request that needs the right to upload; of one that isn't known only its name is told. */
export function changeOfExtended(name: string, subject: string, packet: PacketReader): ChangeSubject | null {
  if (name === 'fsync@openssh.com' || name === 'copy-data') return null;
  const type = EXTENSIONS[name];
  if (type !== undefined) return changeOf(type, subject, packet);
  if (name === 'hardlink@openssh.com')
    return { change: 'hardlink', path: packet.string().toString(), target: subject };
  return { change: 'other', path: subject, target: name };
}

/** Attributes that a request sets, in words (draft-ietf-secsh-filexfer-02, section 5). */
function attributesOf(packet: PacketReader): string {
  const flags = packet.uint32();
  const words: string[] = [];
  if (flags & ATTR.SIZE) words.push(`size ${packet.uint64()}`);
  if (flags & ATTR.OWNER) words.push(`owner ${packet.uint32()}:${packet.uint32()}`);
  if (flags & ATTR.PERMISSIONS) words.push(`mode ${octal(packet.uint32())}`);
  if (flags & ATTR.TIMES) {
    packet.uint32(); // of the last access
    words.push(`time ${new Date(packet.uint32() * 1000).toISOString()}`);
  }
  return words.join(', ');
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
