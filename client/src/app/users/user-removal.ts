import { inject } from '@angular/core';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { UserView } from '../api/models/user-view';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { injectUsageWords } from './usage-words';
import { UserStore } from './user-store';

/** Deletes users after the person was told what goes with them. */
export interface UserRemoval {
  /** Whether they are gone. */
  remove(users: readonly UserView[]): Promise<boolean>;
}

/** Gives a {@link UserRemoval}; call it in an injection context. */
export function injectUserRemoval(): UserRemoval {
  const store = inject(UserStore);
  const messages = inject(NzMessageService);
  const react = injectReaction();
  const problems = injectProblemWords();
  const usageWords = injectUsageWords();
  const t = injectWords();
  return {
    async remove(users) {
      const ids = users.map(({ id }) => id);
      const count = ids.length;
      try {
        const usage = usageWords(await store.usage(ids), 'users');
        const question = {
          heading: t('users.remove.heading', { count }),
          text: [t('users.remove.text'), ...usage].join('\n'),
          names: users.map(({ username }) => username),
          yes: t('users.remove.yes'),
          destroys: true,
        };
        return await react.ask(question, () => store.remove(ids), t('users.remove.done', { count }));
      } catch (error) {
        messages.error(problems.of(error), { nzDuration: 8000 });
        return false;
      }
    },
  };
}
