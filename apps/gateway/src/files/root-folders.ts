import type { ReachableAsset, ReachableAssets } from '#libs/authorization';
import type { UserId } from '#libs/kernel';
import { folderOf, type RootPlace } from './root-paths.js';
import { OPEN, packetOf, SFTP, STATUS, statusPacket, type PacketReader } from './sftp-packets.js';

/** Names of one answer to READDIR. */
const PAGE = 100;
/** Folders open at once. */
const MAX_OPEN = 64;
/** Permissions are told (draft, section 5): a folder that everybody reads and nobody writes. */
const FOLDER_ATTRIBUTES = [0x4, 0o040555] as const;

type Listing = { kind: 'root'; offset: number } | { kind: 'asset'; names: string[] };

/** What a request would do to what is at its path: make it where it isn't, or alter what is there. */
export type Change = 'make' | 'alter';

/** null: it only reads. @param reader stands behind the path */
export function changeOf(type: number, reader: PacketReader): Change | null {
  if (type === SFTP.MKDIR) return 'make';
  if (type === SFTP.RMDIR || type === SFTP.REMOVE) return 'alter';
  if (type !== SFTP.OPEN) return null;
  const flags = reader.fork().uint32();
  if (flags & OPEN.CREAT) return 'make';
  return flags & (OPEN.WRITE | OPEN.APPEND | OPEN.TRUNC) ? 'alter' : null;
}

/** The two upper levels of the SFTP root: assets, and as whom. They can be listed and nothing else. */
export class RootFolders {
  private readonly listings = new Map<number, Listing>();
  private lastHandle = 0;

  constructor(
    private readonly reachable: ReachableAssets,
    private readonly userId: UserId,
  ) {}

  /** The asset of exactly this name, if the user may reach it. */
  async find(name: string): Promise<ReachableAsset | undefined> {
    const { items } = await this.reachable.list(this.userId, { exact: name, offset: 0, limit: PAGE });
    return items.find((asset) => asset.name === name);
  }

  /**
   * Refuses to change one of the folders, as a server does where nothing may be written: permission is denied, unless
   * what is to be altered, or what something is to be made in, isn't there.
   */
  async refuseChange(change: Change, id: number, place: RootPlace | null): Promise<Buffer> {
    const isThere = change === 'make' ? await this.hasParent(place) : await this.has(place);
    if (!isThere) return statusPacket(id, STATUS.NO_SUCH_FILE, 'No such file');
    return statusPacket(id, STATUS.PERMISSION_DENIED, 'Permission denied');
  }

  private async has(place: RootPlace | null): Promise<boolean> {
    if (place?.kind !== 'inside') return place?.kind === 'root' || (await this.hasAsset(place));
    const asset = await this.find(place.asset);
    return asset?.systemUsers.some(({ username }) => username === place.systemUser) ?? false;
  }

  private async hasParent(place: RootPlace | null): Promise<boolean> {
    return place?.kind !== 'inside' || (await this.hasAsset(place));
  }

  private async hasAsset(place: { asset: string } | null): Promise<boolean> {
    return place !== null && (await this.find(place.asset)) !== undefined;
  }

  /** Answers a request that names one of the folders; null: there is none of that name. */
  async answer(
    type: number,
    id: number,
    place: Exclude<RootPlace, { kind: 'inside' }> | null,
  ): Promise<Buffer> {
    const asset = place?.kind === 'asset' ? await this.find(place.asset) : undefined;
    if (!place || (place.kind === 'asset' && !asset))
      return statusPacket(id, STATUS.NO_SUCH_FILE, 'No such file');
    if (type === SFTP.STAT || type === SFTP.LSTAT) return packetOf(SFTP.ATTRS, id, ...FOLDER_ATTRIBUTES);
    if (type !== SFTP.OPENDIR) return statusPacket(id, STATUS.PERMISSION_DENIED, 'Permission denied');
    if (this.listings.size >= MAX_OPEN) return statusPacket(id, STATUS.FAILURE, 'Too many folders are open.');
    const names = asset?.systemUsers.map(({ username }) => username) ?? [];
    this.listings.set(
      ++this.lastHandle,
      place.kind === 'root' ? { kind: 'root', offset: 0 } : { kind: 'asset', names },
    );
    const handle = Buffer.alloc(8);
    handle.writeUInt32BE(this.lastHandle, 4);
    return packetOf(SFTP.HANDLE, id, handle);
  }

  /** Answers a request on an open folder. */
  async byHandle(type: number, id: number, handle: Buffer): Promise<Buffer> {
    const number = handle.length === 8 ? handle.readUInt32BE(4) : 0;
    const listing = this.listings.get(number);
    if (!listing) return statusPacket(id, STATUS.FAILURE, 'No such handle.');
    if (type === SFTP.CLOSE) {
      this.listings.delete(number);
      return statusPacket(id, STATUS.OK, '');
    }
    if (type === SFTP.FSTAT) return packetOf(SFTP.ATTRS, id, ...FOLDER_ATTRIBUTES);
    if (type !== SFTP.READDIR) return statusPacket(id, STATUS.PERMISSION_DENIED, 'Permission denied');
    const names = await this.next(listing);
    if (names.length === 0) return statusPacket(id, STATUS.EOF, 'End of file');
    const fields = names
      .map(folderOf)
      .flatMap((name) => [
        name,
        `dr-xr-xr-x    1 0        0               0 Jan  1 00:00 ${name}`,
        ...FOLDER_ATTRIBUTES,
      ]);
    return packetOf(SFTP.NAME, id, names.length, ...fields);
  }

  private async next(listing: Listing): Promise<string[]> {
    if (listing.kind === 'asset') return listing.names.splice(0, PAGE);
    const { items } = await this.reachable.list(this.userId, { offset: listing.offset, limit: PAGE });
    listing.offset += items.length;
    return items.map(({ name }) => name);
  }
}
