import type { AuthContext, AuthenticationType, KeyboardAuthContext, Prompt } from 'ssh2';
import { CodeRefused, type Authenticator, type CodeChecker, type FirstFactor } from '#libs/identity';
import type { PublicKey, User } from '#libs/database';
import { DomainError, type Config, type Logger } from '#libs/kernel';
import { chooseLanguage, MENU_TEXTS } from '../menu/texts.js';
import { provesKey } from './key-proof.js';
import { parseLoginName, type LoginName } from './login-name.js';

/** Refused proofs after which the connection is closed (OpenSSH: MaxAuthTries 6). */
const MAX_FAILURES = 6;
/** Keys that a client may ask about; agents hold many. */
const MAX_OFFERS = 30;

const CANNOT_CHECK = 'The gateway can not check logins right now. Try again soon.';

/** What answers the login requests of a connection. */
export interface Login {
  /** Answers one request. Gives who logged in, or null. */
  handle(context: AuthContext): Promise<LoggedIn | null>;
  /** The connection is gone. */
  close(): Promise<void>;
}

/** Who logged in, and how the password stands. */
export interface LoggedIn {
  user: User;
  loginName: LoginName;
  method: FirstFactor;
  /** The public key that they logged in with; null: none. */
  keyId: PublicKey['id'] | null;
}

/** What the user of this connection proved, while a code is still to come. */
interface FirstProof {
  user: User;
  by: FirstFactor;
  keyId: PublicKey['id'] | undefined;
  owes: 'code' | 'enrolment';
}

type Outcome =
  | { kind: 'logged-in'; user: User; by: FirstFactor; keyId: PublicKey['id'] | undefined }
  | { kind: 'first-of-two'; proof: FirstProof }
  | { kind: 'refused' }
  | { kind: 'offer-accepted' };

const REFUSED: Outcome = { kind: 'refused' };

/** One way to log in: its name in RFC 4252 and what it does with a request. */
interface Method {
  name: AuthenticationType;
  attempt: (login: LoginAttempts, context: AuthContext, loginName: LoginName) => Promise<Outcome>;
}

/** All ways, in the order in which clients are told. What isn't here is refused. */
const METHODS: readonly Method[] = [
  { name: 'publickey', attempt: (login, context, name) => login.byPublicKey(context, name) },
  { name: 'password', attempt: (login, context, name) => login.byPassword(context, name) },
  { name: 'keyboard-interactive', attempt: (login, context, name) => login.byPrompt(context, name) },
];
/** All that counts once a password or key did, for users who owe a code too. */
const SECOND_METHODS: readonly Method[] = [
  { name: 'keyboard-interactive', attempt: (login, context) => login.byCode(context) },
];

/** What the login of a connection asks. */
export interface LoginParts {
  authenticator: Authenticator;
  codes: CodeChecker;
  logger: Logger;
  /** The console's address; null: it is not known. */
  publicUrl: Config['publicUrl'];
}

/** The login of one connection. State belongs to one user name; ssh2 closes a connection that changes it. */
export class LoginAttempts implements Login {
  private failures = 0;
  private offers = 0;
  private codesTried = 0;
  private firstName: string | null = null;
  /** The first factor of two. Only a verified signature or password sets it, never an offer. */
  private proof: FirstProof | null = null;

  constructor(
    private readonly parts: LoginParts,
    private readonly address: string,
    private readonly hangUp: () => void,
  ) {}

  /** Answers one request. Gives who logged in, or null. */
  async handle(context: AuthContext): Promise<LoggedIn | null> {
    const loginName = parseLoginName(context.username);
    this.firstName ??= context.username;
    if (this.firstName !== context.username) this.proof = null; // what one name proved is nothing to another
    const method = this.methods.find((candidate) => candidate.name === context.method);
    if (!method || !loginName || this.firstName !== context.username) {
      if (context.method !== 'none') this.failures++;
      this.refuse(context);
      return null;
    }
    const abandoned = new AbortController();
    context.once('abort', () => {
      abandoned.abort();
    });
    const outcome = await this.attempt(method, context, loginName);
    if (abandoned.signal.aborted) return null; // the client went on to another request (RFC 4252 section 5.1): this one gets no answer
    return this.answer(context, outcome, loginName);
  }

  /** The connection is gone. A first factor alone is what somebody with a stolen one leaves: auditors see it. */
  async close(): Promise<void> {
    const { proof } = this;
    if (proof?.owes !== 'code' || this.codesTried > 0) return;
    await this.recordRefusal(proof.user.username, `${proof.by}+code`, 'no code given');
  }

  /** RFC 4252 section 7. */
  async byPublicKey(context: AuthContext, { username }: LoginName): Promise<Outcome> {
    if (context.method !== 'publickey') return REFUSED;
    const blob = context.key.data.toString('base64');
    const owner = await this.parts.authenticator.findKeyOwner(username, blob);
    if (!context.signature) {
      if (++this.offers > MAX_OFFERS) this.failures = MAX_FAILURES;
      return owner ? { kind: 'offer-accepted' } : REFUSED;
    }
    if (!owner || !provesKey(context)) {
      this.failures++;
      await this.recordRefusal(username, 'publickey', owner ? 'bad signature' : 'unknown key');
      return REFUSED;
    }
    return this.passFirst(owner.user, 'publickey', owner.keyId);
  }

  /** RFC 4252 section 8. */
  async byPassword(context: AuthContext, { username }: LoginName): Promise<Outcome> {
    return context.method === 'password' ? this.checkPassword(username, context.password) : REFUSED;
  }

  /** RFC 4256: the password as a prompt, for clients that only do this; the code follows in the same dialogue. */
  async byPrompt(context: AuthContext, { username }: LoginName): Promise<Outcome> {
    if (context.method !== 'keyboard-interactive') return REFUSED;
    const [password = ''] = await ask(context, [{ prompt: 'Password: ', echo: false }]);
    const outcome = await this.checkPassword(username, password);
    if (outcome.kind !== 'first-of-two') return outcome;
    this.proof = outcome.proof;
    return this.byCode(context);
  }

  /** RFC 4256: the code, after a password or key. */
  async byCode(context: AuthContext): Promise<Outcome> {
    const { proof } = this;
    if (context.method !== 'keyboard-interactive' || !proof) return REFUSED;
    const texts = MENU_TEXTS[chooseLanguage(proof.user.language, {})];
    if (proof.owes === 'enrolment') {
      await tell(context, texts.enrolFirst(this.parts.publicUrl));
      this.failures = MAX_FAILURES; // no other answer helps
      return REFUSED;
    }
    const [code = ''] = await ask(context, [{ prompt: texts.codePrompt, echo: false }]);
    return this.checkCode(proof, code);
  }

  private get methods(): readonly Method[] {
    return this.proof ? SECOND_METHODS : METHODS;
  }

  private async attempt(method: Method, context: AuthContext, loginName: LoginName): Promise<Outcome> {
    try {
      return await method.attempt(this, context, loginName);
    } catch (error) {
      // a throttled try, or the database away: for the client the same refusal
      this.parts.logger.info({ err: error, username: loginName.username }, 'login could not be checked');
      if (!(error instanceof DomainError || error instanceof PromptGivenUp))
        await this.unchecked(context, loginName);
      this.failures++;
      return REFUSED;
    }
  }

  /** The database is away: that is written down later, and said where a client shows it. */
  private async unchecked(context: AuthContext, { username }: LoginName): Promise<void> {
    const isOffer = context.method === 'publickey' && !context.signature;
    if (!isOffer) this.parts.authenticator.recordUnchecked(username, context.method, this.origin);
    if (context.method !== 'keyboard-interactive') return;
    await ask(context, [], CANNOT_CHECK).catch(() => undefined); // the client went on: it gets no answer then
  }

  private answer(context: AuthContext, outcome: Outcome, loginName: LoginName): LoggedIn | null {
    if (outcome.kind === 'refused') {
      this.refuse(context);
      return null;
    }
    if (outcome.kind === 'first-of-two') {
      this.proof = outcome.proof;
      context.reject(namesOf(SECOND_METHODS), true); // partial success, RFC 4252 section 5.1
      return null;
    }
    context.accept(); // for an offer without a signature ssh2 answers USERAUTH_PK_OK: no login
    if (outcome.kind === 'offer-accepted') return null;
    this.proof = null;
    return { user: outcome.user, loginName, method: outcome.by, keyId: outcome.keyId ?? null };
  }

  private async checkPassword(username: string, password: string): Promise<Outcome> {
    const user = await this.parts.authenticator.checkPassword(username, password, this.origin);
    if (user) return this.passFirst(user, 'password');
    this.failures++;
    return REFUSED;
  }

  /** A password or a signed key was right: is that all that the user owes? */
  private async passFirst(user: User, by: FirstFactor, keyId?: PublicKey['id']): Promise<Outcome> {
    const owes = await this.parts.codes.standing(user);
    if (owes !== 'none') {
      if (owes === 'enrolment') await this.recordRefusal(user.username, by, 'second factor not set up');
      return { kind: 'first-of-two', proof: { user, by, keyId, owes } };
    }
    await this.parts.authenticator.recordLogin(user, by, this.origin, keyId);
    return { kind: 'logged-in', user, by, keyId };
  }

  private async checkCode({ user, by, keyId }: FirstProof, code: string): Promise<Outcome> {
    const { authenticator, codes } = this.parts;
    this.codesTried++;
    try {
      const provedBy = await codes.check(user, code, by, this.origin);
      const active = await authenticator.activeUser(user.id); // it may have been a minute since the first factor
      if (!active) return REFUSED;
      await authenticator.recordLogin(active, `${by}+${provedBy}`, this.origin, keyId);
      return { kind: 'logged-in', user: active, by, keyId };
    } catch (error) {
      if (!(error instanceof CodeRefused)) throw error;
      this.failures++;
      return REFUSED;
    }
  }

  private recordRefusal(username: string, method: string, reason: string): Promise<void> {
    return this.parts.authenticator.recordRefusal(username, method, this.origin, reason);
  }

  private get origin(): { address: string; way: 'ssh' } {
    return { address: this.address, way: 'ssh' };
  }

  private refuse(context: AuthContext): void {
    if (this.failures >= MAX_FAILURES) this.hangUp();
    else context.reject(namesOf(this.methods));
  }
}

function namesOf(methods: readonly Method[]): AuthenticationType[] {
  return methods.map((method) => method.name);
}

/** No answers came, or some to another question. */
class PromptGivenUp extends Error {
  constructor() {
    super('the client gave up the prompt, or answered another one');
  }
}

/** OpenSSH shows letters beyond ASCII in a prompt alone: in an instruction they come out as octal numbers. */
async function tell(context: KeyboardAuthContext, sentence: string): Promise<void> {
  if (/^[\x20-\x7e]*$/.test(sentence)) await ask(context, [], sentence);
  else await ask(context, [{ prompt: sentence, echo: true }]);
}

/** One step of a dialogue (RFC 4256 section 3.2): as many answers as prompts. @throws PromptGivenUp */
function ask(context: KeyboardAuthContext, prompts: Prompt[], instruction = ''): Promise<string[]> {
  return new Promise((resolve, reject) => {
    // ssh2 hands an Error over instead of answers when the client went on to something else
    context.prompt(prompts, '', instruction, (answers: unknown) => {
      if (Array.isArray(answers) && answers.length === prompts.length) resolve(answers.map(String));
      else reject(new PromptGivenUp());
    });
  });
}
