import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { openDatabase } from '#libs/database';
import { Harness, type Person } from '../gateway/harness.js';
import { ASSETS, BIG_COMPANY } from './access.js';
import { quantile, type Figures } from './figures.js';

const ROUNDS = 20;
const WARM_UPS = 2;
const FIRST_TARGET_MS = 300;
const SEARCH_TARGET_MS = 200;
const PROMPT = 'Gatehouse> ';
const PATIENCE_MS = 30_000;

/** The big company's rule for all assets, given to one more user, and no asset that is inactive. */
const FOR_ONE = [
  `INSERT INTO rule_users (rule_id, user_id)
   SELECT r.id, u.id FROM authorization_rules r, users u WHERE r.name = 'everything' AND u.username = 'bench'`,
  `UPDATE assets SET active = true WHERE NOT active`,
  'VACUUM ANALYZE',
];

/** C1: the menu of somebody who reaches 50,000 assets, from the moment that the gateway let them in, over SSH. */
export async function measureMenu(): Promise<Figures> {
  const harness = await Harness.start({ env: { GATEHOUSE_LOG_LEVEL: 'warn' } });
  try {
    const person = await harness.addPerson('bench');
    const database = await openDatabase(harness.product.databaseUrl);
    try {
      for (const statement of [...BIG_COMPANY, ...FOR_ONE]) await database.query(statement);
    } finally {
      await database.destroy();
    }
    return await measure(harness, person);
  } finally {
    await harness.stop();
  }
}

async function measure(harness: Harness, person: Person): Promise<Figures> {
  const samples: Record<string, number[]> = {};
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const [what, time] of Object.entries(await visit(harness, person))) {
      if (round >= 0) (samples[what] ??= []).push(time);
    }
  }
  const p95 = (what: string): number => quantile(samples[what] ?? [], 0.95);
  const searches = Object.keys(samples).filter((what) => what.startsWith('search'));
  const search = Math.max(...searches.map(p95));
  return {
    id: 'C1',
    title: `the menu of one who reaches ${ASSETS} assets, ${ROUNDS} logins`,
    columns: ['until it is shown', 'median ms', 'p95 ms'],
    rows: Object.entries(samples).map(([what, series]) => [
      what,
      ...[0.5, 0.95].map((share) => quantile(series, share).toFixed(0)),
    ]),
    samples,
    verdict: `Asked for: first screen ≤ ${FIRST_TARGET_MS} ms after the login, search ≤ ${SEARCH_TARGET_MS} ms. Measured (p95): ${p95('login to first page').toFixed(0)} and ${search.toFixed(0)} ms.`,
  };
}

/** Logs in, looks at the first page, searches, turns a page. Milliseconds of each. */
async function visit(harness: Harness, { username, key }: Person): Promise<Record<string, number>> {
  const client = new ssh2.Client();
  const { address: host, sshPort: port } = harness.product;
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.connect({ host, port, username, privateKey: readFileSync(key.file) });
    });
    const loggedIn = performance.now();
    const screen = await Screen.open(client);
    await screen.until('Welcome');
    const greeted = performance.now() - loggedIn;
    await screen.type('', `of ${ASSETS}`);
    const listed = performance.now() - loggedIn;
    return {
      'login to prompt': greeted,
      'login to first page': listed,
      'next page': await screen.type('n', `of ${ASSETS}`),
      'search, some hits (/host-012)': await screen.type('/host-012', /1-\d+ of \d+/),
      'search, many hits (/team)': await screen.type('/team', /1-\d+ of \d+/),
      'search, no hit (/nowhere)': await screen.type('/nowhere', 'None of your assets'),
    };
  } finally {
    client.end();
  }
}

/** A terminal of a usual size that reads what the menu shows. */
class Screen {
  private shown = '';
  private changed: () => void = () => undefined;

  private constructor(private readonly channel: ssh2.ClientChannel) {
    channel.on('data', (chunk: Buffer) => {
      this.shown += chunk.toString();
      this.changed();
    });
  }

  static open(client: ssh2.Client): Promise<Screen> {
    return new Promise((resolve, reject) => {
      client.shell({ term: 'xterm-256color', rows: 40, cols: 120 }, (error, channel) => {
        if (error) reject(error);
        else resolve(new Screen(channel));
      });
    });
  }

  /** Types a line; gives the milliseconds until `wanted` and the prompt after it stand there. */
  async type(line: string, wanted: string | RegExp): Promise<number> {
    this.shown = '';
    const begun = performance.now();
    this.channel.write(`${line}\r`);
    await this.until(wanted);
    return performance.now() - begun;
  }

  /** Waits for this and the prompt after it. */
  async until(wanted: string | RegExp): Promise<void> {
    const late = Date.now() + PATIENCE_MS;
    while (this.shown.search(wanted) < 0 || !this.shown.endsWith(PROMPT)) {
      const left = late - Date.now();
      if (left <= 0) throw new Error(`Never came: ${String(wanted)}. Shown: ${this.shown}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
