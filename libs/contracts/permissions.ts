/** Roles of users, see FEATURES A6. */
export const ROLES = ['admin', 'auditor', 'group_admin', 'user'] as const;
export type Role = (typeof ROLES)[number];

/** Everything that a route, socket event or SSH channel may ask for. */
export const PERMISSIONS = [
  'own.use',
  /** Users and their groups; of a group admin: those of the groups that they administer. */
  'members.read',
  'members.write',
  /** User groups themselves, and roles. */
  'users.write',
  'users.import',
  'users.export',
  'inventory.read',
  'inventory.write',
  'inventory.import',
  'inventory.export',
  'system-users.read',
  'system-users.write',
  'rules.read',
  'rules.write',
  'audit.read',
  'sessions.terminate',
  'settings.write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const everybody: readonly Permission[] = ['own.use'];

/** Which role may do what. What isn't named is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  auditor: [...everybody, 'members.read', 'inventory.read', 'system-users.read', 'rules.read', 'audit.read'],
  group_admin: [...everybody, 'members.read', 'members.write'],
  user: everybody,
};

/** Whether the role has the permission. */
export function roleHas(role: Role, permission: Permission): boolean {
  return ROLE_PERMISSIONS[role].includes(permission);
}

/**
 * What a rule may allow on an asset (FEATURES L8). `forward`: ports that the asset reaches, as far as the rule names
 * them; `remote-forward`: ports on the asset that lead back to the client; `agent`: the client's SSH agent.
 */
export const ACTIONS = [
  'connect',
  'exec',
  'upload',
  'download',
  'forward',
  'remote-forward',
  'agent',
] as const;
export type Action = (typeof ACTIONS)[number];

/** What a new rule allows that doesn't say: nothing that leads from the asset back to the client. */
export const DEFAULT_ACTIONS: readonly Action[] = ['connect', 'exec', 'upload', 'download', 'forward'];
