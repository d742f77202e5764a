import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { generateKey } from '#libs/kernel';
import { drawLoopbackAddress } from './loopback.js';

const { STATUS_CODE } = ssh2.utils.sftp;
const NO_ATTRIBUTES = { mode: 0o100644, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

/**
 * An SFTP server of version 3 and nothing more: no extension, and a rename never replaces (draft-ietf-secsh-filexfer-02,
 * section 6.5). Its files are in memory, all in one folder. It runs inside this process and takes any login.
 */
export class PlainSftpHost {
  readonly address = drawLoopbackAddress();
  port = 0;
  readonly files = new Map<string, Buffer>();
  /** Says no to a rename, given by both names. */
  refusesRename: (from: string, to: string) => boolean = () => false;
  private readonly key = generateKey();
  private readonly sockets = new Set<Socket>();
  private readonly tcp: TcpServer;

  private constructor() {
    this.tcp = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket)).on('error', () => undefined);
      this.serve(socket);
    });
  }

  static async start(): Promise<PlainSftpHost> {
    const host = new PlainSftpHost();
    await new Promise<void>((resolve, reject) => {
      host.tcp.once('error', reject).listen(0, host.address, resolve);
    });
    const bound = host.tcp.address();
    if (bound !== null && typeof bound !== 'string') host.port = bound.port;
    return host;
  }

  get hostKey(): string {
    return this.key.publicKey;
  }

  /** What each file holds, by its name. */
  get texts(): Record<string, string> {
    return Object.fromEntries([...this.files].map(([name, bytes]) => [name, bytes.toString()]));
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.tcp.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    const server = new ssh2.Server({ hostKeys: [this.key.privateKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => {
        accept().on('sftp', (acceptSftp) => this.answer(acceptSftp()));
      });
    });
    server.injectSocket(socket);
  }

  private answer(sftp: SFTPWrapper): void {
    const handles: string[] = [];
    const say = (id: number, isDone: boolean): void => {
      sftp.status(id, isDone ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
    };
    const tell = (id: number, name: string): void => {
      const bytes = this.files.get(name);
      if (bytes) sftp.attrs(id, { ...NO_ATTRIBUTES, size: bytes.length });
      else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    };
    sftp.on('STAT', tell).on('LSTAT', tell);
    sftp.on('REALPATH', (id, path) => {
      sftp.name(id, [{ filename: path, longname: path, attrs: NO_ATTRIBUTES }]);
    });
    sftp.on('OPEN', (id, name) => {
      this.files.set(name, Buffer.alloc(0));
      sftp.handle(id, Buffer.from([handles.push(name) - 1]));
    });
    sftp.on('WRITE', (id, handle, offset, data) => {
      const name = handles[handle[0] ?? 0] ?? '';
      const before = this.files.get(name) ?? Buffer.alloc(0);
      const after = Buffer.alloc(Math.max(before.length, offset + data.length));
      before.copy(after);
      data.copy(after, offset);
      this.files.set(name, after);
      say(id, true);
    });
    sftp.on('CLOSE', (id) => say(id, true));
    sftp.on('REMOVE', (id, name) => say(id, this.files.delete(name)));
    sftp.on('RENAME', (id, from, to) => {
      const bytes = this.files.get(from);
      const may = bytes !== undefined && !this.files.has(to) && !this.refusesRename(from, to);
      if (may) {
        this.files.delete(from);
        this.files.set(to, bytes);
      }
      say(id, may);
    });
  }
}
