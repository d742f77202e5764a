import type { Permission } from '#libs/contracts';
import type { Route } from './routes.js';

/**
 * Whose objects a route may touch, beside its permission:
 * `everybody`: whoever has the permission, everything; `caller`: what belongs to whoever calls, no id is taken;
 * `own`: the id of something that has an owner, who alone may; `asset`: the id of an asset that a rule gives the caller;
 * `record`: as `own`, and auditors may see it, administrators end it too;
 * `rules`: assets and a system user, which a gateway asks the rules about, or what it does for the caller, tried in
 * gateway/web-files.spec.ts and gateway/many-files.spec.ts;
 * `user`, `group`: a user or a user group, for a group admin one that they manage.
 */
export type Reach = 'everybody' | 'caller' | 'rules' | 'own' | 'record' | 'asset' | 'user' | 'group';

/** Paths that begin so and need one of these permissions. */
interface Area {
  path: RegExp;
  needs: readonly (Permission | 'public')[];
  reach: Reach;
}

const inventory = ['inventory.read', 'inventory.write', 'inventory.import', 'inventory.export'] as const;
const systemUsers = ['system-users.read', 'system-users.write'] as const;
const rules = ['rules.read', 'rules.write'] as const;
const users = ['users.write', 'users.import', 'users.export'] as const;

/**
 * Every route belongs to exactly one area. A route at a new place, or at a known one with another permission, fails the
 * test until somebody has said here whose objects it touches; then it is tried with them by everybody.
 */
const AREAS: readonly Area[] = [
  {
    path: /^auth\/(?:login|second-factor|options|forgotten-password|set-password)$/,
    needs: ['public'],
    reach: 'everybody',
  },
  { path: /^auth\/logout$/, needs: ['own.use'], reach: 'caller' },
  {
    path: /^me(?:\/(?:password|logins|login-limits|api-tokens|assets|asset-groups|imports|sessions|file-transfers|dashboard|ssh-door))?$/,
    needs: ['own.use'],
    reach: 'caller',
  },
  { path: /^me\/files(?:\/|$)/, needs: ['own.use'], reach: 'rules' },
  {
    path: /^me\/second-factor(?:\/(?:confirm|recovery-codes|remove))?$/,
    needs: ['own.use'],
    reach: 'caller',
  },
  { path: /^me\/public-keys(?:\/generate)?$/, needs: ['own.use'], reach: 'caller' },
  { path: /^me\/(?:logins|api-tokens|public-keys)\/\{id\}/, needs: ['own.use'], reach: 'own' },
  { path: /^me\/favourites\/\{id\}$/, needs: ['own.use'], reach: 'asset' },
  { path: /^(?:me\/exec-accounts|batch-executions(?:\/preview)?)$/, needs: ['own.use'], reach: 'caller' },
  { path: /^batch-executions\/\{id\}/, needs: ['own.use'], reach: 'record' },
  { path: /^users(?:\/delete|\/usage)?$/, needs: ['members.read', 'members.write'], reach: 'caller' },
  { path: /^users\/\{id\}/, needs: ['members.read', 'members.write'], reach: 'user' },
  { path: /^users\/\{id\}\/access$/, needs: rules, reach: 'everybody' },
  { path: /^users\/(?!imports\/\{id\})/, needs: users, reach: 'everybody' },
  { path: /^users\/imports\/\{id\}/, needs: ['users.import'], reach: 'own' },
  { path: /^assets\/imports\/\{id\}/, needs: ['inventory.import'], reach: 'own' },
  { path: /^user-groups$/, needs: ['members.read'], reach: 'caller' },
  { path: /^user-groups\/\{id\}/, needs: ['members.read', 'members.write'], reach: 'group' },
  { path: /^user-groups(?:\/|$)/, needs: users, reach: 'everybody' },
  {
    path: /^(?:assets(?!\/imports\/\{id\})|asset-groups|asset-changes|data-centers)(?:\/|$)/,
    needs: inventory,
    reach: 'everybody',
  },
  {
    path: /^(?:admin-accounts|settings\/(?:defaults|facts)|facts-runs|host-key-scans|runs)(?:\/|$)/,
    needs: inventory,
    reach: 'everybody',
  },
  { path: /^assets\/\{id\}\/access$/, needs: rules, reach: 'everybody' },
  { path: /^(?:system-users|sudo-aliases)(?:\/|$)/, needs: systemUsers, reach: 'everybody' },
  {
    path: /^(?:pushes|push-records|push-history|drift-scans|settings\/drift)(?:\/|$)/,
    needs: systemUsers,
    reach: 'everybody',
  },
  { path: /^authorization(?:-rules)?(?:\/|$)/, needs: rules, reach: 'everybody' },
  { path: /^sessions(?:\/|$)/, needs: ['audit.read', 'sessions.terminate'], reach: 'everybody' },
  {
    path: /^(?:login-attempts|operations|file-transfers|commands|dashboard|audit\/integrity(?:\/check)?|audit\/exports\/[a-z-]+)$/,
    needs: ['audit.read'],
    reach: 'everybody',
  },
  { path: /^settings\//, needs: ['settings.write'], reach: 'everybody' },
];

/** @throws Error that names the route when no area or more than one has it */
export function reachOf({ method, path, permission }: Route): Reach {
  const place = path.replace('/api/v1/', '');
  const areas = AREAS.filter((area) => area.path.test(place) && area.needs.includes(permission ?? 'public'));
  const [area] = areas;
  if (area && areas.length === 1) return area.reach;
  const how = areas.length === 0 ? 'no area' : `${areas.length} areas`;
  throw new Error(
    `${method.toUpperCase()} ${place} (${permission ?? 'public'}) stands in ${how} of access-matrix.ts`,
  );
}
