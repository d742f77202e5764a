import { plainOutput, type BatchOutcome } from '#libs/session-audit';
import type { BatchCrew } from '../batch/batch-crew.js';
import type { MenuScreen } from './menu-screen.js';
import type { MenuTexts } from './menu-texts.js';
import { plain, wrapped } from './plain-text.js';
import { TargetChooser, tellingFaults, type Choice, type TargetChooserParts } from './target-chooser.js';

/** What batch execution in the menu needs of the gateway. */
export interface BatchMenuParts extends TargetChooserParts {
  crew: BatchCrew;
}

/** Results that came out alike. */
interface Group {
  outcome: BatchOutcome;
  names: string[];
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
    const chooser = new TargetChooser(this.screen, this.parts, { action: 'exec', limit: null });
    const choice = await chooser.choose();
    if (!choice) return;
    const { username } = choice.account;
    const on = this.screen.texts.assets(choice.targets.length);
    for (;;) {
      const command = await this.screen.ask(`${plain(username)}@${on}> `);
      if (command === null || /^\s*(?:q|quit|exit)\s*$/i.test(command)) return;
      if (command.trim() !== '') await tellingFaults(this.screen, () => this.run(choice, command));
    }
  }

  private get texts(): MenuTexts['batch'] {
    return this.screen.texts.batch;
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
    { account, pattern, targets }: Choice,
    command: string,
    stop: AbortSignal,
  ): Promise<Map<string, Group>> {
    const { batches, crew } = this.parts;
    const { screen } = this;
    const { actor } = screen;
    const confirmed = targets.map((target) => target.id);
    const wish = { systemUserId: account.id, pattern, confirmed, command };
    const id = await batches.begin(actor, wish, crew.gatewayId);
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
    const head = `== ${this.screen.texts.assets(names.length)} · ${endOf(outcome, texts)}`;
    const lines = [head, ...wrapped(named, Math.max(20, this.screen.width - 1))];
    if (outcome.reason !== '') lines.push(plain(outcome.reason));
    lines.push(...linesOf(outcome.stdout), ...linesOf(outcome.stderr).map((line) => `! ${line}`));
    if (outcome.cutBytes > 0) lines.push(texts.cut(outcome.cutBytes));
    return lines;
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
