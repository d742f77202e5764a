/** What an asset is (FEATURES S6). */
export const ASSET_TYPES = [
  'physical',
  'virtual',
  'container',
  'switch',
  'router',
  'firewall',
  'other',
] as const;
export type AssetType = (typeof ASSET_TYPES)[number];

/** What an asset is for; where a mistake costs most comes first. */
export const ASSET_ENVIRONMENTS = ['production', 'test', 'development'] as const;
export type AssetEnvironment = (typeof ASSET_ENVIRONMENTS)[number];

/** Where an asset is in its life: information for people; whether it can be connected to is `active`. */
export const ASSET_STATUSES = ['in-use', 'spare', 'retired'] as const;
export type AssetStatus = (typeof ASSET_STATUSES)[number];

/** How a change of an asset came about (FEATURES S14). */
export const CHANGE_SOURCES = ['hand', 'import', 'facts'] as const;
export type ChangeSource = (typeof CHANGE_SOURCES)[number];

/** A disk of an asset. */
export interface Disk {
  /** As the asset calls it: `sda`. */
  name: string;
  /** Size in MiB, 2^20 bytes. */
  sizeMib: number;
}
