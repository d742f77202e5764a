import type { ExecAccount, ExecDirectory, ExecTargets } from '#libs/authorization';
import { DomainError, ValidationFailed, type Actor } from '#libs/kernel';
import { plainOutput, type BatchDesk, type BatchOutcome } from '#libs/session-audit';
import type { BatchCrew } from '../batch/batch-crew.js';
import type { MenuScreen } from './menu-screen.js';
import { plain, wrapped } from './plain-text.js';
import type { MenuTexts } from './texts.js';

/** What batch execution in the menu needs of the gateway. */
export interface BatchMenuParts {
  batches: BatchDesk;
  execDirectory: ExecDirectory;
  crew: BatchCrew;
}

/** Results that came out alike. */
interface Group {
  outcome: BatchOutcome;
  names: string[];
}

/** As whom and on what the commands run. */
interface Choice {
  account: ExecAccount;
  pattern: string;
  count: number;
}

/** How often a person who waits is told how far it is. */
const TELL_MS = 1_000;
/** Names that stand over an output. */
const NAMED = 40;

/** Batch execution in the menu (FEATURES C11): as whom, on which assets, then commands until `q`. */
export class BatchMenu {
  constructor(
    private readonly screen: MenuScreen,
    private readonly parts: BatchMenuParts,
  ) {}

  /** Until the user goes back to the menu. */
  async start(): Promise<void> {
    const account = await this.chooseAccount();
    const choice = account && (await this.chooseAssets(account));
    if (!choice) return;
    const { username } = choice.account;
    for (;;) {
      const command = await this.screen.ask(`${plain(username)}@${this.texts.assets(choice.count)}> `);
      if (command === null || /^\s*(?:q|quit|exit)\s*$/i.test(command)) return;
      if (command.trim() !== '') await this.tellingFaults(() => this.run(choice, command));
    }
  }

  private get texts(): MenuTexts['batch'] {
    return this.screen.texts.batch;
  }

  /** As whom; null: nobody, or the user thought better of it. */
  private async chooseAccount(): Promise<ExecAccount | null> {
    const accounts = await this.parts.execDirectory.accounts(this.screen.user.id);
    if (accounts.length === 0) {
      this.screen.say(this.texts.noAccount);
      return null;
    }
    const rows = accounts.map(({ username, assetCount }, index) => {
      return `  ${index + 1}  ${plain(username)}  (${this.texts.assets(assetCount)})`;
    });
    for (;;) {
      this.screen.say([this.texts.chooseAccount, ...rows].join('\n'));
      const answer = (await this.screen.ask('> '))?.trim();
      if (answer === undefined || answer.toLowerCase() === 'q') return null;
      const chosen = accounts[Number(answer) - 1] ?? accounts.find(({ username }) => username === answer);
      if (chosen) return chosen;
    }
  }

  /** On which, shown before anything runs; null: the user thought better of it. */
  private async chooseAssets(account: ExecAccount): Promise<Choice | null> {
    this.screen.say(this.texts.patternHelp);
    for (;;) {
      const pattern = (await this.screen.ask(this.texts.askPattern))?.trim();
      if (pattern === undefined || pattern.toLowerCase() === 'q') return null;
      if (pattern === '') continue;
      const found = await this.tellingFaults(() => this.find(account, pattern));
      if (!found) continue;
      await this.show(found);
      const count = found.targets.length;
      if (count === 0) continue;
      const answer = await this.screen.ask(this.texts.confirm(this.texts.assets(count)));
      if (answer === null) return null;
      if (/^\s*(?:y|yes|是)\s*$/i.test(answer)) return { account, pattern, count };
    }
  }

  private find(account: ExecAccount, pattern: string): Promise<ExecTargets> {
    const { id: userId } = this.screen.user;
    return this.parts.batches.preview(userId, { systemUserId: account.id, pattern });
  }

  private async show({ targets, withheldCount }: ExecTargets): Promise<void> {
    const names = targets.map(({ name }) => plain(name)).join('  ');
    const lines = targets.length > 0 ? wrapped(names, this.screen.width - 1) : [this.texts.nothing];
    if (withheldCount > 0) lines.push(this.texts.withheld(withheldCount));
    await this.screen.page(lines);
  }

  private async run(choice: Choice, command: string): Promise<void> {
    const begun = performance.now();
    const groups = await this.screen.interruptible((stop) => this.carryOut(choice, command, stop));
    const sorted = [...groups.values()].sort((a, b) => b.names.length - a.names.length);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    await this.screen.page([...sorted.flatMap((group) => this.shown(group)), this.texts.over(seconds)]);
  }

  /** Runs it in this gateway; gives what came of it. */
  private async carryOut(
    { account, pattern }: Choice,
    command: string,
    stop: AbortSignal,
  ): Promise<Map<string, Group>> {
    const { batches, crew } = this.parts;
    const { actor, screen } = this;
    const id = await batches.begin(actor, { systemUserId: account.id, pattern, command }, crew.gatewayId);
    const groups = new Map<string, Group>();
    let done = 0;
    let told = 0;
    const timer = setInterval(() => {
      if (done > told) screen.say(this.texts.progress(done));
      told = done;
    }, TELL_MS);
    const stopNow = (): void => {
      batches.stop(actor, screen.user.id, id).catch(() => {
        crew.callOff(id); // the database is away: what runs here ends all the same
      });
    };
    stop.addEventListener('abort', stopNow, { once: true });
    if (stop.aborted) stopNow();
    try {
      await crew.carryOut(id, ({ assetName }, outcome) => {
        done++;
        const group = groups.get(outcome.digest);
        if (group) group.names.push(assetName);
        else groups.set(outcome.digest, { outcome, names: [assetName] });
      });
    } finally {
      clearInterval(timer);
    }
    return groups;
  }

  /** Outputs are the assets' text: no control character of theirs reaches the terminal. */
  private shown({ outcome, names }: Group): string[] {
    const { texts } = this;
    names.sort((a, b) => (a < b ? -1 : 1));
    const more = names.length > NAMED ? ` … +${names.length - NAMED}` : '';
    const named = names.slice(0, NAMED).map(plain).join(', ') + more;
    const head = `== ${texts.assets(names.length)} · ${endOf(outcome, texts)}`;
    const lines = [head, ...wrapped(named, Math.max(20, this.screen.width - 1))];
    if (outcome.reason !== '') lines.push(plain(outcome.reason));
    lines.push(...linesOf(outcome.stdout), ...linesOf(outcome.stderr).map((line) => `! ${line}`));
    if (outcome.cutBytes > 0) lines.push(texts.cut(outcome.cutBytes));
    return lines;
  }

  private get actor(): Actor {
    const { user, address } = this.screen;
    return { userId: user.id, username: user.username, role: user.role, address, way: 'ssh' };
  }

  /** What the user can mend is told; anything else is the menu's to tell. Undefined: it was told. */
  private async tellingFaults<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const code = error instanceof ValidationFailed ? error.errors[0]?.code : undefined;
      this.screen.say(this.texts.faults[code ?? ''] ?? plain(error.message));
      return undefined;
    }
  }
}

function endOf({ exitStatus, signal, failure }: BatchOutcome, texts: MenuTexts['batch']): string {
  if (exitStatus !== null) return texts.exit(exitStatus);
  if (signal !== null) return texts.signal(plain(signal));
  return failure === null ? texts.stopped : texts.failures[failure];
}

function linesOf(output: Buffer): string[] {
  const text = plainOutput(output).replace(/\n$/, '');
  return text === '' ? [] : text.split('\n');
}
