import type { Permission } from '#libs/contracts';

/** A tab of the asset panel: its address below the asset's, and who sees it. */
export interface AssetTab {
  readonly path: 'access' | 'host-keys' | 'changes' | 'pushes' | 'sessions';
  readonly label: string;
  readonly needs: Permission;
}

/** The tabs after the overview, in their order. */
export const ASSET_TABS: readonly AssetTab[] = [
  { path: 'access', label: 'assets.tab.access', needs: 'rules.read' },
  { path: 'host-keys', label: 'assets.tab.hostKeys', needs: 'inventory.read' },
  { path: 'changes', label: 'assets.tab.changes', needs: 'inventory.read' },
  { path: 'pushes', label: 'assets.tab.pushes', needs: 'system-users.read' },
  { path: 'sessions', label: 'assets.tab.sessions', needs: 'audit.read' },
];
