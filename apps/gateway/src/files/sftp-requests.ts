import type { Action } from '#libs/contracts';
import type { Verdict } from './packet-splitter.js';
import { changeOf, changeOfExtended } from './sftp-changes.js';
import type { SftpFile } from './sftp-file.js';
import { ATTR, MalformedPacket, packetOf, PacketReader, SFTP, STATUS, statusPacket } from './sftp-packets.js';
import type { SftpReplies } from './sftp-replies.js';
import { missingFor, needOf, needOfExtended, useOf, type Need } from './sftp-rules.js';
import type { ChangeSubject, TransferLog } from './transfer.js';

/** What the requests need of their gate. */
export interface RequestTerms {
  allowed(): ReadonlySet<Action>;
  /** Says something to the client in the asset's place. */
  answer(bytes: Buffer): void;
}

/** Handles are at most this long (draft, section 6.3). */
const MAX_HANDLE = 256;
/** Requests whose subject is a handle, beside READ and WRITE. */
const OF_HANDLES: ReadonlySet<number> = new Set([SFTP.CLOSE, SFTP.FSTAT, SFTP.FSETSTAT, SFTP.READDIR]);
const NAMES = new Map<number, string>(Object.entries(SFTP).map(([name, type]) => [type, name.toLowerCase()]));

/** What a client asks for: lets it pass, or answers in the asset's place. */
export class SftpRequests {
  private begun = false;
  private writing: { file: SftpFile; at: number; left: number } | null = null;

  constructor(
    private readonly log: TransferLog,
    private readonly replies: SftpReplies,
    private readonly terms: RequestTerms,
  ) {}

  /** Requests whose bytes pass without being gathered. */
  static carriesData(type: number): boolean {
    return type === SFTP.WRITE;
  }

  /** Decides on one request. @throws MalformedPacket when the stream can't be trusted any more */
  judge(head: Buffer, rest: number): Verdict {
    const packet = new PacketReader(head);
    const type = packet.byte();
    this.writing = null;
    if (!this.begun) return this.begin(type);
    if (rest > 0 && !SftpRequests.carriesData(type)) throw new MalformedPacket('a request is too long');
    const id = packet.uint32();
    if (this.replies.isPending(id)) return this.refuse(id, STATUS.FAILURE, 'This request id is in use.');
    switch (type) {
      case SFTP.OPEN:
        return this.open(id, packet);
      case SFTP.WRITE:
        return this.write(id, packet, head, rest);
      case SFTP.READ:
        return this.read(id, packet);
      case SFTP.EXTENDED:
        return this.extended(id, packet);
      default:
        return this.other(id, type, packet);
    }
  }

  /** More bytes of the WRITE seen last. */
  moreData(bytes: Buffer): void {
    const { writing } = this;
    if (!writing) return;
    const taken = bytes.subarray(0, Math.min(bytes.length, writing.left));
    if (taken.length > 0) writing.file.written(writing.at, taken);
    writing.at += taken.length;
    writing.left -= taken.length;
  }

  /** Only version 3 is read here, so no other is offered to the asset. */
  private begin(type: number): Verdict {
    if (type !== SFTP.INIT) throw new MalformedPacket('the stream does not begin with INIT');
    this.begun = true;
    return packetOf(SFTP.INIT, 3);
  }

  private open(id: number, packet: PacketReader): Verdict {
    const path = packet.string().toString();
    const flags = packet.uint32();
    const { reads, writes } = useOf(flags);
    const need = reads && writes ? 'both' : writes ? 'upload' : 'download';
    if (!this.may(need, path, 'open')) return this.deny(id);
    if (!this.replies.hasRoomForFile) return this.refuse(id, STATUS.FAILURE, 'Too many files are open.');
    if (writes) this.replies.forgetSizes();
    const isShared = writes && this.replies.share(path);
    this.replies.expect(id, { kind: 'open', path, flags, writes, isShared });
    return 'pass';
  }

  private write(id: number, packet: PacketReader, head: Buffer, rest: number): Verdict {
    const handle = packet.string();
    const offset = packet.uint64();
    const length = packet.uint32();
    if (handle.length > MAX_HANDLE || length !== head.length - packet.position + rest) {
      throw new MalformedPacket('a write and its packet differ in length');
    }
    const file = this.replies.file(handle);
    if (!file?.writes || !this.allows('upload')) return this.deny(id);
    this.replies.forgetSizes();
    this.replies.expect(id, { kind: 'write', file });
    this.writing = { file, at: offset, left: length };
    this.moreData(head.subarray(packet.position));
    return 'pass';
  }

  private read(id: number, packet: PacketReader): Verdict {
    const file = this.replies.file(packet.string());
    if (!file?.reads || !this.allows('download')) return this.deny(id);
    const [offset, length] = [packet.uint64(), packet.uint32()];
    // some servers answer to a read of nothing as at the end of the file
    this.replies.expect(id, length === 0 ? { kind: 'other' } : { kind: 'read', file, offset });
    return 'pass';
  }

  private extended(id: number, packet: PacketReader): Verdict {
    const name = packet.string().toString('latin1');
    const need = needOfExtended(name);
    const subject = packet.atEnd ? '' : packet.string().toString();
    const attributes = packet.fork();
    const change = need === 'either' ? null : changeOfExtended(name, subject, packet);
    if (!this.may(need, change ?? subject, name)) return this.deny(id);
    if (need === 'upload' || need === 'both') this.replies.forgetSizes();
    if (change?.change === 'setstat' && setsSize(attributes)) this.replies.share(subject);
    if (name === 'copy-data') this.copied(packet);
    this.replies.expect(id, change ? this.changing(change) : { kind: 'other' });
    return 'pass';
  }

  /** The bytes of a copy on the asset never pass here (draft-ietf-secsh-filexfer-extensions-00, section 7). */
  private copied(packet: PacketReader): void {
    packet.uint64();
    packet.uint64();
    this.replies.file(packet.string())?.altered();
  }

  private other(id: number, type: number, packet: PacketReader): Verdict {
    const need = needOf(type);
    if (need === null) return this.refuse(id, STATUS.UNSUPPORTED, 'This request is not supported.');
    const subject = packet.string();
    // a path may be the same bytes as a handle
    const file = OF_HANDLES.has(type) ? this.replies.file(subject) : undefined;
    const path = file?.path ?? subject.toString();
    const change = changeOf(type, path, packet.fork());
    if (!this.may(need, change ?? path, NAMES.get(type) ?? String(type))) return this.deny(id);
    if (need === 'upload') this.replies.forgetSizes();
    if (type === SFTP.CLOSE) this.replies.release(subject);
    if (type === SFTP.SETSTAT && setsSize(packet.fork())) this.replies.share(path);
    const hasSize = file && type === SFTP.FSETSTAT && setsSize(packet);
    const resize = hasSize ? { file, size: packet.uint64() } : null;
    resize?.file.resizing(resize.size);
    if (type === SFTP.STAT || type === SFTP.LSTAT) this.replies.expectSize(id, path, type === SFTP.STAT);
    else this.replies.expect(id, change ? { ...this.changing(change), resize } : pendingOf(type, file));
    return 'pass';
  }

  private changing(change: ChangeSubject) {
    return { kind: 'change', change: this.log.change(change) } as const;
  }

  private allows(need: Need): boolean {
    return missingFor(need, this.terms.allowed()).length === 0;
  }

  /** Whether the rules allow it; a refusal is a record. */
  private may(need: Need, subject: string | ChangeSubject, request: string): boolean {
    const missing = missingFor(need, this.terms.allowed());
    if (typeof subject !== 'string') {
      if (missing.length > 0) this.log.refuse(subject, `the rules do not allow: ${missing.join(', ')}`);
      return missing.length === 0;
    }
    for (const direction of missing) {
      if (direction === 'upload' || direction === 'download')
        this.log.refuse({ direction, path: subject }, request);
    }
    return missing.length === 0;
  }

  private deny(id: number): Verdict {
    return this.refuse(id, STATUS.PERMISSION_DENIED, 'Your authorization rules do not allow this.');
  }

  private refuse(id: number, code: number, message: string): Verdict {
    this.terms.answer(statusPacket(id, code, message));
    return 'drop';
  }
}

function pendingOf(type: number, file: SftpFile | undefined) {
  if (file && type === SFTP.CLOSE) return { kind: 'close' as const, file };
  if (file && type === SFTP.FSTAT) return { kind: 'fstat' as const, file };
  return { kind: 'other' as const };
}

/** Whether the attributes that follow have a size, which cuts or stretches a file. */
function setsSize(attributes: PacketReader): boolean {
  return (attributes.uint32() & ATTR.SIZE) !== 0;
}
