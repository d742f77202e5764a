import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { portOf } from '../hosts/index.js';

const PATIENCE_MS = 45_000;
const run = promisify(execFile);

/** A server certificate and the authority that signed it. */
export interface Certificate {
  key: string;
  cert: string;
  ca: string;
}

/** A certificate for 127.0.0.1, by an authority that nobody knows. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-mail-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    await openssl(
      ...[
        'req',
        '-x509',
        ...newKey,
        '-keyout',
        'ca.key',
        '-out',
        'ca.pem',
        '-days',
        '2',
        '-subj',
        '/CN=Test CA',
      ],
    );
    await openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=mail');
    await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1\n');
    const signing = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
    ];
    await openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signing);
    const [key = '', cert = '', ca = ''] = await Promise.all(
      ['server.key', 'server.pem', 'ca.pem'].map((name) => readFile(file(name), 'utf8')),
    );
    return { key, cert, ca };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A real SMTP server on loopback that keeps what it takes. */
export class MailServer {
  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
    /** In the order in which they came. */
    readonly mails: readonly ParsedMail[],
  ) {}

  static async start(options: SMTPServerOptions): Promise<MailServer> {
    const mails: ParsedMail[] = [];
    const server = new SMTPServer({
      logger: false,
      disableReverseLookup: true,
      ...options,
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          void simpleParser(Buffer.concat(chunks)).then((mail) => {
            mails.push(mail);
            done();
          });
        });
      },
    });
    server.on('error', () => undefined); // a client that leaves is no failure of the test
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new MailServer(server, portOf(server.server.address()), mails);
  }

  /** The first mail to this address from the `from`th on that was taken, once it is there. */
  async mailTo(address: string, from = 0): Promise<ParsedMail> {
    return until(() => this.mails.slice(from).find((mail) => addressesOf(mail).includes(address)));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** A server that takes connections and never says a word. */
export async function startSilentServer(): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: portOf(server.address()), stop };
}

/** Asks again and again until there is something. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It did not come within ${PATIENCE_MS} ms`);
}

/** The token of the link in a mail. */
export function tokenIn(mail: ParsedMail): string {
  const token = /\/set-password#(\S+)/.exec(mail.text ?? '')?.[1];
  if (!token) throw new Error(`No link in: ${mail.text}`);
  return token;
}

function addressesOf({ to }: ParsedMail): (string | undefined)[] {
  return [to ?? []].flat().flatMap((each) => each.value.map(({ address }) => address));
}
