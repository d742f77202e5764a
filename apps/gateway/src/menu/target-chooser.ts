import type { ExecAccount, ExecDirectory, ExecTarget, ExecTargets } from '#libs/authorization';
import type { TransferDirection } from '#libs/contracts';
import { DomainError, ValidationFailed } from '#libs/kernel';
import type { BatchDesk } from '#libs/session-audit';
import type { MenuScreen } from './menu-screen.js';
import type { MenuTexts } from './menu-texts.js';
import { plain, wrapped } from './plain-text.js';

/** What choosing needs of the gateway. */
export interface TargetChooserParts {
  batches: BatchDesk;
  execDirectory: ExecDirectory;
}

/** As whom and on what something is done. */
export interface Choice {
  account: ExecAccount;
  pattern: string;
  targets: readonly ExecTarget[];
}

/** What is to be done with the assets. */
export interface Purpose {
  action: 'exec' | TransferDirection;
  /** Assets at most; null: what begins it says so. */
  limit: number | null;
}

/** Lets the user choose as whom and on which of their assets, and shows these before anything is done. */
export class TargetChooser {
  constructor(
    private readonly screen: MenuScreen,
    private readonly parts: TargetChooserParts,
    private readonly purpose: Purpose,
  ) {}

  /** null: there is nothing to choose, or the user thought better of it. */
  async choose(): Promise<Choice | null> {
    const account = await this.chooseAccount();
    return account && (await this.chooseAssets(account));
  }

  private get texts(): MenuTexts['targets'] & MenuTexts['targets']['of']['exec'] {
    const { targets } = this.screen.texts;
    return { ...targets, ...targets.of[this.purpose.action] };
  }

  private async chooseAccount(): Promise<ExecAccount | null> {
    const { screen, texts } = this;
    const accounts = await this.parts.execDirectory.accounts(screen.user.id, this.purpose.action);
    if (accounts.length === 0) {
      screen.say(texts.noAccount);
      return null;
    }
    const rows = accounts.map(({ username, assetCount }, index) => {
      return `  ${index + 1}  ${plain(username)}  (${screen.texts.assets(assetCount)})`;
    });
    for (;;) {
      screen.say([texts.chooseAccount, ...rows].join('\n'));
      const answer = (await screen.ask('> '))?.trim();
      if (answer === undefined || answer.toLowerCase() === 'q') return null;
      const chosen = accounts[Number(answer) - 1] ?? accounts.find(({ username }) => username === answer);
      if (chosen) return chosen;
    }
  }

  private async chooseAssets(account: ExecAccount): Promise<Choice | null> {
    const { screen, texts } = this;
    screen.say(texts.patternHelp);
    for (;;) {
      const pattern = (await screen.ask(texts.askPattern))?.trim();
      if (pattern === undefined || pattern.toLowerCase() === 'q') return null;
      if (pattern === '') continue;
      const found = await tellingFaults(screen, () => this.find(account, pattern));
      if (!found || !(await this.show(found))) continue;
      const answer = await screen.ask(texts.confirm(screen.texts.assets(found.targets.length)));
      if (answer === null) return null;
      if (isYes(answer)) return { account, pattern, targets: found.targets };
    }
  }

  private find(account: ExecAccount, pattern: string): Promise<ExecTargets> {
    const { id: userId } = this.screen.user;
    return this.parts.batches.preview(userId, { systemUserId: account.id, pattern }, this.purpose.action);
  }

  /** Whether something can be done with them. */
  private async show({ targets, withheldCount }: ExecTargets): Promise<boolean> {
    const { texts } = this;
    const { limit } = this.purpose;
    const names = targets.map(({ name }) => plain(name)).join('  ');
    const lines = targets.length > 0 ? wrapped(names, this.screen.width - 1) : [texts.nothing];
    if (withheldCount > 0) lines.push(texts.withheld(withheldCount));
    const tooMany = limit !== null && targets.length > limit;
    if (tooMany) lines.push(texts.tooMany(targets.length, limit));
    await this.screen.page(lines);
    return targets.length > 0 && !tooMany;
  }
}

/** The answer to a question of yes or no. */
export function isYes(answer: string): boolean {
  return /^\s*(?:y|yes|是)\s*$/i.test(answer);
}

/** What the user can mend is told; anything else is the menu's to tell. Undefined: it was told. */
export async function tellingFaults<T>(screen: MenuScreen, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const code = error instanceof ValidationFailed ? error.errors[0]?.code : undefined;
    screen.say(screen.texts.targets.faults[code ?? ''] ?? plain(error.message));
    return undefined;
  }
}
