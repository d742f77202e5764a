import type { FewNames } from '../api/models/few-names';
import type { UserUsageView } from '../api/models/user-usage-view';
import { injectWords } from '../language/words';

/** Gives sentences that say what goes with users or a user group, none for what doesn't; call it in an injection context. */
export function injectUsageWords(): (usage: UserUsageView, of: 'users' | 'userGroups') => string[] {
  const t = injectWords();
  const named = ({ count, names }: FewNames): string => {
    const more = count - names.length;
    if (names.length === 0) return '';
    return `: ${names.join(', ')}${more > 0 ? ` ${t('question.more', { count: more })}` : ''}`;
  };
  return (usage, of) => {
    const parts = [
      ['userGroups', usage.userGroups],
      ['rules', usage.rules],
      ['onlineSessions', usage.onlineSessions],
    ] as const;
    return parts
      .filter(([, few]) => few.count > 0)
      .map(([part, few]) => `${t(`goesAlong.${of}.${part}`, { count: few.count })}${named(few)}`);
  };
}
