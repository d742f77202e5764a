import { inject } from '@angular/core';
import type { ChosenAssets } from '../api/models/chosen-assets';
import type { UsageView } from '../api/models/usage-view';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { NzMessageService } from 'ng-zorro-antd/message';
import { AssetStore } from './asset-store';

/** Deletes assets after saying what hangs on them. */
export interface Removal {
  /** Whether they are gone. */
  ask(chosen: ChosenAssets): Promise<boolean>;
}

/** Gives a {@link Removal}; call it in an injection context below the asset list. */
export function injectRemoval(): Removal {
  const store = inject(AssetStore);
  const t = injectWords();
  const react = injectReaction();
  const messages = inject(NzMessageService);
  const problems = injectProblemWords();

  const consequences = (usage: UsageView): string[] => {
    const { rules, assetGroups, onlineSessions } = usage;
    const parts = [
      ['sessions', onlineSessions],
      ['rules', rules],
      ['groups', assetGroups],
    ] as const;
    const told = parts
      .filter(([, few]) => few.count > 0)
      .map(([part, { count, names }]) =>
        t(`assets.remove.${part}`, { count, names: names.join(t('phrase.between')) }),
      );
    return [t('assets.remove.text'), ...told];
  };

  return {
    ask: async (chosen) => {
      let usage: UsageView;
      try {
        usage = await store.usage(chosen);
      } catch (error) {
        messages.error(problems.of(error), { nzDuration: 8000 });
        return false;
      }
      const { count, names } = usage.assets;
      return react.ask(
        {
          heading: t('assets.remove.heading', { count }),
          text: consequences(usage).join('\n'),
          names,
          count,
          yes: t('assets.remove.yes'),
          destroys: true,
        },
        () => store.remove(chosen),
        t('assets.remove.done', { count }),
      );
    },
  };
}
