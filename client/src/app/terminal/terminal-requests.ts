import { Service, inject } from '@angular/core';
import { injectWords } from '../language/words';
import { Reachable, type Way, waysOf } from '../workplace/reachable';
import type { TerminalTarget } from './terminal-line';
import { TerminalTabs } from './terminal-tabs';

/** Opens terminals that are asked for by their ids alone, as from an address or another window. */
@Service({ autoProvided: false })
export class TerminalRequests {
  private readonly reachable = inject(Reachable);
  private readonly tabs = inject(TerminalTabs);
  private readonly t = injectWords();

  /** The terminal doesn't wait for its title. */
  async open(target: TerminalTarget): Promise<void> {
    const pane = this.tabs.open({ target, title: this.t('terminal.unknown'), environment: null });
    const way = await this.wayTo(target);
    if (way) this.tabs.learn(pane, way);
  }

  /** What isn't found there the gateway refuses anyway. */
  private async wayTo({ assetId, systemUserId }: TerminalTarget): Promise<Way | undefined> {
    const { items } = await this.reachable.list({ assetId, page: 1, pageSize: 1 });
    return waysOf(items).find(({ target }) => target.systemUserId === systemUserId);
  }
}
