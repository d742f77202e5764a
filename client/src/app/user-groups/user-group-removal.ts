import { inject } from '@angular/core';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { UserGroupView } from '../api/models/user-group-view';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { injectUsageWords } from '../users/usage-words';
import { UserGroupStore } from './user-group-store';

/** Deletes user groups after the person was told what goes with them. */
export interface UserGroupRemoval {
  /** Whether they are gone. */
  remove(groups: readonly UserGroupView[]): Promise<boolean>;
}

/** Gives a {@link UserGroupRemoval}; call it in an injection context. */
export function injectUserGroupRemoval(): UserGroupRemoval {
  const store = inject(UserGroupStore);
  const messages = inject(NzMessageService);
  const react = injectReaction();
  const problems = injectProblemWords();
  const usageWords = injectUsageWords();
  const t = injectWords();
  return {
    async remove(groups) {
      const ids = groups.map(({ id }) => id);
      const names = groups.map(({ name }) => name);
      const [name = ''] = names;
      const isOne = names.length === 1;
      try {
        const usage = await store.usage(ids);
        const stays = t('userGroups.remove.text', { count: usage.users.count });
        const question = {
          heading: isOne
            ? t('userGroups.remove.heading', { name })
            : t('userGroups.removeSome.heading', { count: ids.length }),
          text: [stays, ...usageWords(usage, 'userGroups')].join('\n'),
          ...(!isOne && { names }),
          yes: t('form.delete'),
          destroys: true,
        };
        const done = isOne
          ? t('groups.removed', { name })
          : t('userGroups.removeSome.done', { count: ids.length });
        return await react.ask(question, () => store.remove(ids), done);
      } catch (error) {
        messages.error(problems.of(error), { nzDuration: 8000 });
        return false;
      }
    },
  };
}
