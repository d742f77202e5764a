import type { ReachableAsset, ReachableAssets } from '#libs/authorization';
import type { User } from '#libs/database';
import type { Logger } from '#libs/kernel';
import type { Downstream } from '../session/downstream.js';
import type { SessionOpener } from '../session/session-opener.js';
import type { UpstreamPool } from '../session/upstream-pool.js';
import { PacketSplitter } from './packet-splitter.js';
import { RootBranch } from './root-branch.js';
import { changeOf, RootFolders } from './root-folders.js';
import { absolute, placeOf, type RootPlace } from './root-paths.js';
import { MalformedPacket, packetOf, PacketReader, SFTP, STATUS, statusPacket } from './sftp-packets.js';

/** What the root needs of the gateway. */
export interface RootParts {
  reachable: ReachableAssets;
  opener: SessionOpener;
  logger: Logger;
}

/** Requests are gathered whole: their paths and handles are written anew. */
const MAX_REQUEST = 1024 * 1024;
/** Assets connected at once under one root; for one more the longest unused goes on which nothing is open. */
const MAX_BRANCHES = 16;
const BY_PATH: readonly number[] = [
  ...[SFTP.OPEN, SFTP.LSTAT, SFTP.SETSTAT, SFTP.OPENDIR, SFTP.REMOVE, SFTP.MKDIR, SFTP.RMDIR, SFTP.STAT],
  ...[SFTP.READLINK],
];
const BY_HANDLE: readonly number[] = [
  ...[SFTP.CLOSE, SFTP.READ, SFTP.WRITE, SFTP.FSTAT, SFTP.FSETSTAT, SFTP.READDIR],
];
const TOO_MANY = `Files are open on ${MAX_BRANCHES} assets, which is all that one connection may have: close some.`;
type Inside = Extract<RootPlace, { kind: 'inside' }>;

interface Entry {
  branch: RootBranch;
  number: number;
  /** `/asset/systemuser`, Latin-1. */
  prefix: string;
  /** Requests without a reply, and what they ask about. */
  pending: Map<number, { type: number; handle: string }>;
  /** Files and folders that are open there, by their handles in Latin-1. */
  open: Set<string>;
  /** The root itself closed it: nobody is told. */
  isRetired: boolean;
}

/**
 * `sftp user@gateway` (FEATURES C8): `/asset/systemuser/…` of what the user may reach. The two upper levels are made
 * here from the rules; what lies below is the asset's, by a session of its own that opens with the first request.
 * No file of the gateway can be named.
 */
export class SftpRoot {
  /** The longest unused first. */
  private readonly branches = new Map<string, Entry>();
  private readonly numbers = new Map<number, Entry>();
  private readonly folders: RootFolders;
  private lastNumber = 0;
  private waiting: Promise<void> = Promise.resolve();
  private begun = false;
  private over = false;

  constructor(
    private readonly downstream: Downstream,
    private readonly user: Pick<User, 'id' | 'language'>,
    private readonly pool: UpstreamPool,
    private readonly parts: RootParts,
  ) {
    this.folders = new RootFolders(parts.reachable, user.id);
  }

  /** Begins to answer. */
  start(): void {
    const splitter = new PacketSplitter({
      headBytes: () => MAX_REQUEST,
      head: (packet, rest) => {
        if (rest > 0) throw new MalformedPacket('a request is too long');
        this.queue(packet);
        return 'drop';
      },
      body: () => undefined,
    });
    const { input } = this.downstream;
    this.downstream.listen({
      resized: () => undefined,
      signalled: () => undefined,
      closed: () => {
        this.end(null);
      },
    });
    input.on('data', (chunk: Buffer) => {
      if (this.over) return;
      try {
        // the next chunk when these requests are on their way: what waits is bounded by what one chunk brings
        input.pause();
        splitter.feed(chunk);
        void this.waiting.then(() => input.resume());
      } catch (error) {
        this.end(error);
      }
    });
    input.once('end', () => {
      void this.waiting.then(() => {
        this.end(null);
      });
    });
    input.resume();
  }

  private queue(packet: Buffer): void {
    this.waiting = this.waiting
      .then(() => (this.over ? undefined : this.handle(packet)))
      .catch((error: unknown) => {
        this.end(error);
      });
  }

  private async handle(packet: Buffer): Promise<void> {
    const reader = new PacketReader(packet);
    const type = reader.byte();
    if (!this.begun) {
      if (type !== SFTP.INIT) throw new MalformedPacket('the stream does not begin with INIT');
      this.begun = true;
      await this.say(packetOf(SFTP.VERSION, 3));
      return;
    }
    const id = reader.uint32();
    if (BY_HANDLE.includes(type)) return this.byHandle(type, id, packet, reader);
    if (type === SFTP.RENAME || type === SFTP.SYMLINK) return this.twoPaths(type, id, reader);
    if (type === SFTP.REALPATH) {
      const path = Buffer.from(absolute(reader.string().toString('latin1')), 'latin1');
      return this.say(packetOf(SFTP.NAME, id, 1, path, path, 0));
    }
    if (!BY_PATH.includes(type))
      return this.refuse(id, STATUS.UNSUPPORTED, 'This request is not supported here.');
    const place = placeOf(reader.string().toString('latin1'));
    const change = changeOf(type, reader);
    if (change && !isBelow(place)) return this.say(await this.folders.refuseChange(change, id, place));
    if (place?.kind === 'inside') {
      const path = Buffer.from(place.path, 'latin1');
      return this.ask(place, type, id, packetOf(type, id, path), packet.subarray(reader.position));
    }
    await this.say(await this.folders.answer(type, id, place));
  }

  private async byHandle(type: number, id: number, packet: Buffer, reader: PacketReader): Promise<void> {
    const handle = reader.string();
    if (handle.length < 4) return this.refuse(id, STATUS.FAILURE, 'No such handle.');
    const number = handle.readUInt32BE(0);
    if (number === 0) return this.say(await this.folders.byHandle(type, id, handle));
    const entry = this.numbers.get(number);
    if (!entry) return this.refuse(id, STATUS.FAILURE, 'The connection to this asset has ended.');
    const own = handle.subarray(4);
    const begin = packetOf(type, id, own);
    await this.pass(
      entry,
      { type, id, handle: own.toString('latin1') },
      begin,
      packet.subarray(reader.position),
    );
  }

  private async twoPaths(type: number, id: number, reader: PacketReader): Promise<void> {
    const [first, second] = [reader.string().toString('latin1'), reader.string().toString('latin1')];
    const to = placeOf(second);
    // OpenSSH sends a link's target first (its PROTOCOL, section 4.1); a relative one is meant on the asset
    const isRelativeLink = type === SFTP.SYMLINK && !first.startsWith('/');
    const from = isRelativeLink ? to : placeOf(first);
    const isOne =
      from?.kind === 'inside' &&
      to?.kind === 'inside' &&
      from.asset === to.asset &&
      from.systemUser === to.systemUser;
    if (!isBelow(to) || (type === SFTP.RENAME && !isBelow(from)))
      return this.refuse(id, STATUS.PERMISSION_DENIED, 'Permission denied');
    if (!isOne) return this.refuse(id, STATUS.PERMISSION_DENIED, 'Only within one asset and system user.');
    const source = Buffer.from(isRelativeLink ? first : from.path, 'latin1');
    const target = Buffer.from(to.path, 'latin1');
    await this.ask(to, type, id, packetOf(type, id, source, target), Buffer.alloc(0));
  }

  private async ask(place: Inside, type: number, id: number, begin: Buffer, rest: Buffer): Promise<void> {
    const key = `${place.asset}/${place.systemUser}`;
    const entry = this.branches.get(key) ?? (await this.connect(key, place));
    if (entry === 'unknown')
      return this.refuse(id, STATUS.NO_SUCH_FILE, 'No such asset and system user of yours.');
    if (entry === 'full') return this.refuse(id, STATUS.FAILURE, TOO_MANY);
    this.branches.delete(key);
    this.branches.set(key, entry);
    await this.pass(entry, { type, id, handle: '' }, begin, rest);
  }

  /** Sends a request on whose begin was written anew. */
  private async pass(
    entry: Entry,
    { type, id, handle }: { type: number; id: number; handle: string },
    begin: Buffer,
    rest: Buffer,
  ): Promise<void> {
    entry.pending.set(id, { type, handle });
    const packet = Buffer.concat([begin, rest]);
    packet.writeUInt32BE(packet.length - 4, 0);
    const { input } = entry.branch;
    if (entry.branch.ask(packet) || input.destroyed) return;
    await new Promise<void>((resolve) => {
      input.once('drain', resolve).once('close', resolve);
    });
  }

  private async connect(key: string, place: Inside): Promise<Entry | 'unknown' | 'full'> {
    const asset = await this.folders.find(place.asset);
    const systemUser = asset?.systemUsers.find(({ username }) => username === place.systemUser);
    if (!asset || !systemUser) return 'unknown';
    if (this.branches.size >= MAX_BRANCHES && !this.retireOne()) return 'full';
    const number = ++this.lastNumber;
    const branch = new RootBranch(this.downstream, {
      packet: (packet) => {
        this.replied(entry, packet);
      },
      ended: (why) => {
        this.lost(key, entry, why);
      },
    });
    const prefix = absolute(`/${Buffer.from(key).toString('latin1')}`);
    const entry: Entry = { branch, number, prefix, pending: new Map(), open: new Set(), isRetired: false };
    this.branches.set(key, entry);
    this.numbers.set(number, entry);
    this.openSession(branch, asset, systemUser.id);
    return entry;
  }

  /** Ends the session that was longest unused; false: something is open or under way on each. */
  private retireOne(): boolean {
    const idle = [...this.branches.values()].find(({ open, pending }) => open.size + pending.size === 0);
    if (!idle) return false;
    idle.isRetired = true;
    idle.branch.hangUp();
    return true;
  }

  private openSession(
    branch: RootBranch,
    asset: ReachableAsset,
    systemUserId: ReachableAsset['systemUsers'][number]['id'],
  ): void {
    const rights = { action: 'download', orAction: 'upload' } as const;
    const { id: userId, language } = this.user;
    const wish = { userId, language, assetId: asset.id, systemUserId, ...rights };
    this.parts.opener.open(wish, branch, this.pool).catch((error: unknown) => {
      this.parts.logger.error({ err: error }, 'SFTP root');
      branch.finish();
    });
  }

  private replied(entry: Entry, packet: Buffer): void {
    const reader = new PacketReader(packet);
    const type = reader.byte();
    const id = reader.uint32();
    const request = entry.pending.get(id);
    if (!request) return; // nobody asked for it
    entry.pending.delete(id);
    if (request.type === SFTP.CLOSE) entry.open.delete(request.handle);
    void this.say(this.rewritten(entry, request.type, type, id, reader) ?? packet);
  }

  /** Handles and absolute targets of links, as they are called under the root; null: it stays as it is. */
  private rewritten(
    entry: Entry,
    asked: number,
    type: number,
    id: number,
    reader: PacketReader,
  ): Buffer | null {
    if (type === SFTP.HANDLE) {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(entry.number);
      const handle = reader.string();
      entry.open.add(handle.toString('latin1'));
      return packetOf(SFTP.HANDLE, id, Buffer.concat([number, handle]));
    }
    if (type !== SFTP.NAME || asked !== SFTP.READLINK) return null;
    reader.uint32();
    const target = reader.string().toString('latin1');
    const shown = Buffer.from(target.startsWith('/') ? entry.prefix + target : target, 'latin1');
    return packetOf(SFTP.NAME, id, 1, shown, shown, 0);
  }

  private lost(key: string, entry: Entry, why: string): void {
    this.branches.delete(key);
    this.numbers.delete(entry.number);
    if (this.over || entry.isRetired) return;
    this.downstream.notice(`${key}: ${why}`);
    for (const id of entry.pending.keys()) void this.refuse(id, STATUS.FAILURE, why);
  }

  private refuse(id: number, code: number, message: string): Promise<void> {
    return this.say(statusPacket(id, code, message));
  }

  private async say(packet: Buffer): Promise<void> {
    const { output } = this.downstream;
    if (!output.writable || output.write(packet)) return;
    await new Promise<void>((resolve) => {
      output.once('drain', resolve).once('close', resolve);
    });
  }

  private end(error: unknown): void {
    if (this.over) return;
    this.over = true;
    if (error !== null) this.parts.logger.info({ err: error }, 'SFTP root ends');
    for (const { branch } of [...this.branches.values()]) branch.hangUp();
    this.downstream.finish({ status: error === null ? 0 : 1 });
  }
}

/** Below the folder of a system user; that folder is the asset's own root, which nobody makes, replaces or removes. */
function isBelow(place: RootPlace | null): boolean {
  return place?.kind === 'inside' && place.path !== '/';
}
