import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { Unavailable } from '#libs/kernel';

/**
 * Costs of a new hash: of OWASP's equivalent settings for argon2id the one with the most memory (46 MiB, one pass,
 * one lane), as memory is what makes guessing on graphics cards dear. About 60 ms of one core.
 */
const COSTS = { memory: 47_104, passes: 1, parallelism: 1 };
/** For passwords that were made here: nobody guesses 115 random bits, however cheap a guess, and thousands are made at once. */
const COSTS_OF_MADE = { memory: 64, passes: 1, parallelism: 1 };
const TAG_BYTES = 32;
const SALT_BYTES = 16;

/** Hashes at once: a storm of logins must leave threads and memory to everything else. */
const AT_ONCE = 2;
const WAITING_AT_MOST = 200;

const argon2Async = promisify(argon2);

interface ParsedHash extends Omit<Argon2Parameters, 'message'> {
  tag: Buffer;
}

/** The password as a PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COSTS);
}

/** The same for a password of `makeOneTimePassword`, in a millisecond; never for one that a person chose. */
export function hashMadePassword(password: string): Promise<string> {
  return hash(password, COSTS_OF_MADE);
}

async function hash(password: string, costs: typeof COSTS): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const tag = await derive({ ...costs, tagLength: TAG_BYTES, nonce, message: password });
  const { memory, passes, parallelism } = costs;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare64(nonce)}$${bare64(tag)}`;
}

/** A hash of no password: checking against it takes as long as against a real one. */
const nobody: ParsedHash = {
  ...COSTS,
  tagLength: TAG_BYTES,
  nonce: randomBytes(SALT_BYTES),
  tag: randomBytes(TAG_BYTES),
};

const { tag: _, ...nobodys } = nobody;

/** Whether the password fits. Without a hash it takes the same time and is false. */
export async function passwordFits(password: string, phc: string | null): Promise<boolean> {
  const { tag, ...parameters } = (phc === null ? null : parse(phc)) ?? nobody;
  const derived = await derive({ ...parameters, message: password });
  // who still has a made password must not be told by how fast the answer comes
  if (parameters.memory === COSTS_OF_MADE.memory) await derive({ ...nobodys, message: password });
  return timingSafeEqual(derived, tag) && phc !== null;
}

function parse(phc: string): ParsedHash | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  if (!match) return null;
  const [, memory, passes, parallelism, salt = '', tagText = ''] = match;
  const tag = Buffer.from(tagText, 'base64');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: tag.length,
    nonce: Buffer.from(salt, 'base64'),
    tag,
  };
}

const bare64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

let running = 0;
const waiting: (() => void)[] = [];

/** Runs on libuv's threads, never on the event loop. */
async function derive(parameters: Argon2Parameters): Promise<Buffer> {
  if (running >= AT_ONCE) await turn();
  else running += 1;
  try {
    return await argon2Async('argon2id', parameters);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Whoever ends hands its place on. */
function turn(): Promise<void> {
  if (waiting.length >= WAITING_AT_MOST) throw new Unavailable('Too many logins at once; try again.');
  return new Promise((resolve) => waiting.push(resolve));
}
