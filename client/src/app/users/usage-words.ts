import type { FewNames } from '../api/models/few-names';
import type { UserUsageView } from '../api/models/user-usage-view';
import { injectWords } from '../language/words';

/** Gives sentences that say what goes with users or a user group, none for what doesn't; call it in an injection context. */
export function injectUsageWords(): (usage: UserUsageView, of: 'users' | 'userGroups') => string[] {
  const t = injectWords();
  const named = (what: string, { count, names }: FewNames): string => {
    if (names.length === 0) return what;
    const more = count - names.length;
    const all = more > 0 ? [...names, t('question.more', { count: more })] : names;
    return t('phrase.told', { what, told: all.join(t('phrase.between')) });
  };
  return (usage, of) => {
    const parts = [
      ['userGroups', usage.userGroups],
      ['rules', usage.rules],
      ['onlineSessions', usage.onlineSessions],
    ] as const;
    return parts
      .filter(([, few]) => few.count > 0)
      .map(([part, few]) => named(t(`goesAlong.${of}.${part}`, { count: few.count }), few));
  };
}
