import type { DashboardView } from '../api/models/dashboard-view';
import type { LoginAttemptView } from '../api/models/login-attempt-view';
import type { MyDashboardView } from '../api/models/my-dashboard-view';
import type { PushFailuresView } from '../api/models/push-failures-view';
import type { TopEntryView } from '../api/models/top-entry-view';
import type { DayPoint } from './day-line';

/** A number, what it counts, and the list of that. */
interface Counter {
  readonly label: string;
  readonly value: number;
  readonly path?: string;
}

/** What the first page shows, of everything or of one's own. */
export interface Shown {
  readonly counters: readonly Counter[];
  readonly lines: readonly { readonly label: string; readonly points: readonly DayPoint[] }[];
  readonly tops: readonly { label: string; entries: readonly TopEntryView[]; under?: string }[];
  readonly lastLogins: readonly LoginAttemptView[];
  readonly pushFailures?: PushFailuresView;
}

/** Of everything. */
export function fromEverything(view: DashboardView): Shown {
  const { users, assets, onlineUsers, onlineSessions } = view.counters;
  return {
    counters: [
      { label: 'home.users', value: users, path: '/users' },
      { label: 'home.assets', value: assets, path: '/assets' },
      { label: 'home.onlineUsers', value: onlineUsers, path: '/audit/online' },
      { label: 'home.onlineSessions', value: onlineSessions, path: '/audit/online' },
    ],
    lines: [
      { label: 'home.sessionsByDay', points: view.days.map((at) => ({ day: at.day, value: at.sessions })) },
      { label: 'home.usersByDay', points: view.days.map((at) => ({ day: at.day, value: at.users })) },
    ],
    tops: [
      { label: 'home.topUsers', entries: view.topUsers, under: '/users' },
      { label: 'home.topAssets', entries: view.topAssets, under: '/assets' },
    ],
    lastLogins: view.lastLogins,
    pushFailures: view.pushFailures,
  };
}

/** Of one's own. */
export function fromOwn(view: MyDashboardView): Shown {
  const { users, assets, onlineSessions } = view.counters;
  return {
    counters: [
      ...(users === null ? [] : [{ label: 'home.myUsers', value: users, path: '/users' }]),
      { label: 'home.myAssets', value: assets, path: '/my-assets' },
      { label: 'home.myOnlineSessions', value: onlineSessions },
    ],
    lines: [
      { label: 'home.mySessionsByDay', points: view.days.map((at) => ({ day: at.day, value: at.sessions })) },
    ],
    tops: [{ label: 'home.myTopAssets', entries: view.topAssets }],
    lastLogins: view.lastLogins,
  };
}
