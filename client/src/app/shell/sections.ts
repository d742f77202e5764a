import type { Permission } from '#libs/contracts';

/** A page in the menu. Who lacks the permission doesn't see it. */
export interface MenuPage {
  readonly path: string;
  readonly label: string;
  readonly icon: string;
  readonly needs: Permission;
}

/** A group of pages in the menu. */
export interface MenuSection {
  readonly label: string;
  readonly pages: readonly MenuPage[];
}

/** The map of the console, in the order of the menu. */
export const MENU: readonly MenuSection[] = [
  {
    label: 'menu.workplace',
    pages: [
      { path: '/home', label: 'menu.home', icon: 'dashboard', needs: 'own.use' },
      { path: '/my-assets', label: 'menu.myAssets', icon: 'desktop', needs: 'own.use' },
      { path: '/batch', label: 'menu.batch', icon: 'play-circle', needs: 'own.use' },
      { path: '/files', label: 'menu.files', icon: 'folder', needs: 'own.use' },
    ],
  },
  {
    label: 'menu.users',
    pages: [
      { path: '/users', label: 'menu.userList', icon: 'user', needs: 'members.read' },
      { path: '/user-groups', label: 'menu.userGroups', icon: 'team', needs: 'members.read' },
    ],
  },
  {
    label: 'menu.assets',
    pages: [
      { path: '/assets', label: 'menu.assetList', icon: 'hdd', needs: 'inventory.read' },
      { path: '/asset-groups', label: 'menu.assetGroups', icon: 'cluster', needs: 'inventory.read' },
      { path: '/data-centers', label: 'menu.dataCenters', icon: 'bank', needs: 'inventory.read' },
      { path: '/admin-accounts', label: 'menu.adminAccounts', icon: 'key', needs: 'inventory.read' },
    ],
  },
  {
    label: 'menu.authorization',
    pages: [
      { path: '/sudo-aliases', label: 'menu.sudoAliases', icon: 'code', needs: 'system-users.read' },
      { path: '/system-users', label: 'menu.systemUsers', icon: 'idcard', needs: 'system-users.read' },
      { path: '/pushes', label: 'menu.pushes', icon: 'api', needs: 'system-users.read' },
      { path: '/push-states', label: 'menu.pushStates', icon: 'scan', needs: 'system-users.read' },
      { path: '/rules', label: 'menu.rules', icon: 'safety', needs: 'rules.read' },
      { path: '/explain', label: 'menu.explain', icon: 'question-circle', needs: 'rules.read' },
    ],
  },
  {
    label: 'menu.audit',
    pages: [
      { path: '/audit/online', label: 'menu.online', icon: 'eye', needs: 'audit.read' },
      { path: '/audit/history', label: 'menu.history', icon: 'history', needs: 'audit.read' },
      { path: '/audit/commands', label: 'menu.commands', icon: 'code', needs: 'audit.read' },
      { path: '/audit/batches', label: 'menu.batchRecords', icon: 'play-circle', needs: 'audit.read' },
      { path: '/audit/files', label: 'menu.fileTransfers', icon: 'download', needs: 'audit.read' },
      { path: '/audit/logins', label: 'menu.logins', icon: 'login', needs: 'audit.read' },
      { path: '/audit/operations', label: 'menu.operations', icon: 'edit', needs: 'audit.read' },
      { path: '/audit/integrity', label: 'menu.integrity', icon: 'safety', needs: 'audit.read' },
    ],
  },
  {
    label: 'menu.settings',
    pages: [
      { path: '/settings/defaults', label: 'menu.defaults', icon: 'control', needs: 'inventory.read' },
      { path: '/settings/security', label: 'menu.security', icon: 'lock', needs: 'settings.write' },
      { path: '/settings/ssh', label: 'menu.sshLogin', icon: 'login', needs: 'settings.write' },
      { path: '/settings/facts', label: 'menu.facts', icon: 'sync', needs: 'settings.write' },
      {
        path: '/settings/push-engine',
        label: 'menu.pushEngine',
        icon: 'play-circle',
        needs: 'settings.write',
      },
      { path: '/settings/drift', label: 'menu.drift', icon: 'scan', needs: 'settings.write' },
      { path: '/settings/monitor', label: 'menu.monitor', icon: 'eye', needs: 'settings.write' },
      { path: '/settings/retention', label: 'menu.retention', icon: 'history', needs: 'settings.write' },
      { path: '/settings/mail', label: 'menu.mail', icon: 'mail', needs: 'settings.write' },
    ],
  },
];
