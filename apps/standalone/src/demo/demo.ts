import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, type Config } from '#libs/kernel';
import { freePortNear } from '../port-probe.js';
import { isLocked } from '../postgres/folder-lock.js';
import { DEMO_ASSET, DEMO_SYSTEM_USER, DEMO_USER, makeDemoData, samplePassword } from './demo-data.js';
import { startSampleHost, type SampleHost } from './sample-host.js';

const newKey = (comment: string): { private: string; public: string } => {
  const { privateKey, publicKey } = generateKey({ comment });
  return { private: privateKey, public: `${publicKey} ${comment}` };
};

const FOLDER_NAME = 'gatehouse-demo-';

/** A demo of that age without a lock is not one that is about to start. */
const LEFT_OVER_MS = 600_000;

/** Removes the folders of demos that were killed before they could clean up. */
async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER_NAME))) {
    const folder = join(tmpdir(), name);
    const { uid, mtimeMs } = lstatSync(folder, { throwIfNoEntry: false }) ?? { uid: -1, mtimeMs: 0 };
    if (uid !== process.getuid?.() || Date.now() - mtimeMs < LEFT_OVER_MS) continue;
    if (!(await isLocked(join(folder, 'run')))) rmSync(folder, { recursive: true, force: true });
  }
}

/** A Gatehouse to try: its data is thrown away at the end, and there is a sample host to log in to. */
export class Demo {
  private readonly adminPassword = samplePassword();
  private readonly userPassword = samplePassword();
  private readonly userKey = newKey(DEMO_USER);

  private constructor(
    /** The settings to start with. */
    readonly config: Config & { adminPassword: string },
    private readonly host: SampleHost,
    private readonly systemUserKey: string,
  ) {}

  /**
   * Prepares the throw-away folder and the sample host. Ports that are taken, say by a Gatehouse that is no demo, are
   * replaced by free ones; a database of the settings is left alone.
   * @param settings those of the environment
   * @param isOpen whether the settings ask for more than this machine: an address to bind is set
   */
  static async prepare(settings: Config, isOpen: boolean): Promise<Demo> {
    await removeLeftOvers();
    const dataDir = mkdtempSync(join(tmpdir(), FOLDER_NAME));
    if (process.getuid?.() === 0) chmodSync(dataDir, 0o711); // PostgreSQL's own account must get to its part
    const httpHost = isOpen ? settings.httpHost : '127.0.0.1';
    const sshHost = isOpen ? settings.sshHost : '127.0.0.1';
    const systemUserKey = newKey(DEMO_SYSTEM_USER);
    const sample = await startSampleHost({ username: DEMO_SYSTEM_USER, publicKey: systemUserKey.public });
    const config = {
      ...settings,
      ...{
        dataDir,
        httpHost,
        sshHost,
        databaseUrl: null,
        publicUrl: null,
        tls: null,
        gateways: 1,
        adminPassword: samplePassword(),
      },
      httpPort: await freePortNear(httpHost, settings.httpPort),
      sshPort: await freePortNear(sshHost, settings.sshPort),
    };
    return new Demo(config, sample, systemUserKey.private);
  }

  /** Fills the running Gatehouse. @param origin of its REST API */
  async fill(origin: string): Promise<void> {
    await makeDemoData({
      origin,
      admin: { given: this.config.adminPassword, chosen: this.adminPassword },
      user: { given: samplePassword(), chosen: this.userPassword },
      userPublicKey: this.userKey.public,
      systemUserKey: this.systemUserKey,
      host: this.host,
    });
  }

  /**
   * What to type and where to look. The client's settings are a file in the demo's folder, so that a demo's host key
   * never gets into the person's known hosts.
   */
  report(consoleUrl: string, fingerprints: readonly string[]): string[] {
    const file = this.writeClientSettings();
    const { sshPort } = this.config;
    return [
      '',
      '  Log in to the sample host by SSH, in another terminal:',
      `    ssh -F ${file} gatehouse`,
      '  and pick it from the menu (Enter lists, 1 connects), or straight in:',
      `    ssh -F ${file} ${DEMO_USER}@${DEMO_SYSTEM_USER}@${DEMO_ASSET}@gatehouse`,
      '',
      `  With a password:     ssh -p ${String(sshPort)} ${DEMO_USER}@127.0.0.1`,
      ...fingerprints.map((fingerprint) => `    host key ${fingerprint}`),
      '',
      `  In the browser:      ${consoleUrl}`,
      `    the user           ${DEMO_USER} / ${this.userPassword}      opens a terminal`,
      `    the administrator  admin / ${this.adminPassword}     sees the sessions and replays them`,
      '',
      '  Ctrl-C ends the demo and throws its data away.',
      '',
    ];
  }

  /** Ends the sample host and removes everything. To be called when Gatehouse has stopped. */
  async cleanUp(): Promise<void> {
    await this.host.stop();
    rmSync(this.config.dataDir, { recursive: true, force: true });
  }

  private writeClientSettings(): string {
    const at = (name: string): string => join(this.config.dataDir, name);
    writeFileSync(at('demo_key'), this.userKey.private, { mode: 0o600 });
    writeFileSync(
      at('ssh_config'),
      [
        'Host gatehouse',
        '  HostName 127.0.0.1',
        `  Port ${String(this.config.sshPort)}`,
        `  User ${DEMO_USER}`,
        `  IdentityFile ${at('demo_key')}`,
        '  IdentitiesOnly yes',
        `  UserKnownHostsFile ${at('known_hosts')}`,
        '  StrictHostKeyChecking accept-new',
        '',
      ].join('\n'),
    );
    return at('ssh_config');
  }
}
