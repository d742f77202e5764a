import type { BatchCrew } from '../batch/batch-crew.js';
import type { MenuScreen } from './menu-screen.js';
import type { MenuTexts } from './menu-texts.js';
import { BatchResults } from './batch-results.js';
import { plain } from './plain-text.js';
import { TargetChooser, tellingFaults, type Choice, type TargetChooserParts } from './target-chooser.js';

/** What batch execution in the menu needs of the gateway. */
export interface BatchMenuParts extends TargetChooserParts {
  crew: BatchCrew;
}

/** How often a person who waits is told how far it is. */
const TELL_MS = 1_000;

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
    const results = new BatchResults(this.screen);
    await this.screen.interruptible((stop) => this.carryOut(choice, command, results, stop));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    await this.screen.page([...results.rest(), this.texts.over(seconds)]);
  }

  /** Runs it in this gateway. */
  private async carryOut(
    { account, pattern, targets }: Choice,
    command: string,
    results: BatchResults,
    stop: AbortSignal,
  ): Promise<void> {
    const { batches, crew } = this.parts;
    const { screen } = this;
    const { actor } = screen;
    const confirmed = targets.map((target) => target.id);
    const wish = { systemUserId: account.id, pattern, confirmed, command };
    const id = await batches.begin(actor, wish, crew.gatewayId);
    const timer = setInterval(() => {
      const done = results.news();
      if (done !== null) screen.say(this.texts.progress(done, targets.length));
    }, TELL_MS);
    const stopNow = (): void => {
      batches.stop(actor, screen.user.id, id).catch(() => {
        crew.callOff(id); // the database is away: what runs here ends all the same
      });
    };
    stop.addEventListener('abort', stopNow, { once: true });
    if (stop.aborted) stopNow();
    try {
      await crew.carryOut(id, ({ assetName }, outcome, reasonIn) => {
        results.take(assetName, outcome, reasonIn(screen.language));
      });
    } finally {
      clearInterval(timer);
    }
  }
}
