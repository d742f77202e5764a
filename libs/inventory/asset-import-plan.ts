import { changesOf, type DraftRow, type PlannedRow } from '#libs/database';
import type { AdminAccountId, AssetGroupId, AssetId, DataCenterId, FieldError } from '#libs/kernel';
import { detailsOf, type AssetDetails, type SomeAssetDetails } from './asset-details.js';
import type { AssetNames } from './asset-names.js';
import type { AssetRow } from './asset-rows.js';

/** What a row of a spreadsheet may give an asset; what it refers to stands by its name. */
export interface AssetImportFields extends Omit<SomeAssetDetails, 'dataCenterId'> {
  address?: string | undefined;
  port?: number | null | undefined;
  active?: boolean | undefined;
  comment?: string | undefined;
  /** Paths `a/b`, or the names of groups. */
  groups?: string[] | undefined;
  dataCenter?: string | null | undefined;
  adminAccount?: string | null | undefined;
}

/** All that is written of an asset. */
export interface AssetState extends AssetDetails {
  name: string;
  address: string;
  port: number | null;
  adminAccountId: AdminAccountId | null;
  active: boolean;
  comment: string;
  groupIds: AssetGroupId[];
}

/** A planned row with the state that it leads to, unless it is refused. */
export interface AssetPlan extends PlannedRow {
  /** null: a new asset. */
  id: AssetId | null;
  state: AssetState | null;
}

/** What there is now. */
export interface AssetWorld {
  names: AssetNames;
  /** By name. */
  assets: ReadonlyMap<string, AssetRow>;
}

/** What a new asset has that is given nothing but its name and its address. */
export const NOTHING_KNOWN: Omit<AssetState, 'name' | 'address'> = {
  port: null,
  adminAccountId: null,
  active: true,
  comment: '',
  groupIds: [],
  otherAddresses: [],
  macAddresses: [],
  outOfBandAddress: '',
  brand: '',
  model: '',
  cpuModel: '',
  cpuCount: null,
  memoryMib: null,
  disks: [],
  os: '',
  osVersion: '',
  kernel: '',
  architecture: '',
  serialNumber: '',
  assetNumber: '',
  cabinet: '',
  position: '',
  dataCenterId: null,
  type: null,
  environment: null,
  status: 'in-use',
  labels: {},
};

/** Says what would become of each row; nothing is written. */
export function planAssets(world: AssetWorld, drafts: readonly DraftRow<AssetImportFields>[]): AssetPlan[] {
  const directory = new NameDirectory(world.names);
  return drafts.map((draft) => planAsset(world, directory, draft));
}

function planAsset(
  { assets, names }: AssetWorld,
  directory: NameDirectory,
  { row, name, fields }: DraftRow<AssetImportFields>,
): AssetPlan {
  const found = assets.get(name) ?? null;
  const errors: FieldError[] = [];
  if (!found && fields.address === undefined) errors.push(missing('address'));
  const groupIds = fields.groups?.flatMap((text) => directory.group(text, errors));
  const dataCenterId = referred(fields.dataCenter, (text) => directory.dataCenter(text, errors));
  const adminAccountId = referred(fields.adminAccount, (text) => directory.adminAccount(text, errors));
  if (errors.length > 0) return { row, outcome: 'refused', changes: [], errors, id: null, state: null };
  const given = { ...fields, groupIds, dataCenterId, adminAccountId };
  const state = merge(found, name, given);
  const changes = changesOf(found && shown(found, names), narrowed(shown(state, names), fields));
  const outcome = found ? (changes.length > 0 ? 'changed' : 'unchanged') : 'added';
  return { row, outcome, changes, errors, id: found?.id ?? null, state };
}

/** undefined: not given, or not found; null: none. */
function referred<T>(
  name: string | null | undefined,
  find: (name: string) => T | undefined,
): T | null | undefined {
  if (name === undefined) return undefined;
  return name ? find(name) : null;
}

function missing(field: string): FieldError {
  return { field, code: 'required', message: 'A new asset needs this.' };
}

/** Only what the row gives: of a new asset the rest is not worth a line. */
function narrowed(after: Record<string, unknown>, fields: AssetImportFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([field]) => field in fields));
}

type Given = Omit<AssetImportFields, 'groups'> &
  Pick<SomeAssetDetails, 'dataCenterId'> & {
    groupIds: AssetGroupId[] | undefined;
    adminAccountId: AdminAccountId | null | undefined;
  };

function merge(found: AssetRow | null, name: string, given: Given): AssetState {
  const before = found ?? { ...NOTHING_KNOWN, name, address: '' };
  const { address, port, active, comment, groupIds, adminAccountId } = given;
  const plain = {
    address,
    port,
    active,
    comment,
    adminAccountId,
    groupIds: groupIds && [...new Set(groupIds)].sort(),
  };
  const set = Object.entries({ ...plain, ...detailsOf(given) }).filter(([, value]) => value !== undefined);
  return Object.assign({}, stateOf(before), Object.fromEntries(set));
}

function stateOf(row: AssetState): AssetState {
  const { name, address, port, adminAccountId, active, comment, groupIds } = row;
  const details = Object.assign({}, NOTHING_KNOWN, detailsOf(row));
  return { ...details, name, address, port, adminAccountId, active, comment, groupIds };
}

/** As people read and write it: references by name, groups in the order of their paths. */
export function shown(state: AssetState, names: AssetNames): Record<string, unknown> {
  const { address, port, active, comment, groupIds, dataCenterId, adminAccountId } = state;
  const { dataCenterId: _, ...details } = detailsOf(state);
  return {
    address,
    port,
    active,
    comment,
    ...details,
    groups: groupIds.map((id) => names.groupPaths.get(id) ?? '').sort(),
    dataCenter: dataCenterId && (names.dataCenters.get(dataCenterId) ?? null),
    adminAccount: adminAccountId && (names.adminAccounts.get(adminAccountId) ?? null),
  };
}

/** Finds what a text names. */
class NameDirectory {
  private readonly groups: Map<string, AssetGroupId[]>;
  private readonly dataCenters: Map<string, DataCenterId>;
  private readonly adminAccounts: Map<string, AdminAccountId>;

  constructor(names: AssetNames) {
    this.groups = new Map();
    for (const [id, text] of [...names.groupPaths, ...names.groupNames]) {
      const known = this.groups.get(text) ?? [];
      if (!known.includes(id)) this.groups.set(text, [...known, id]);
    }
    this.dataCenters = new Map([...names.dataCenters].map(([id, name]) => [name, id]));
    this.adminAccounts = new Map([...names.adminAccounts].map(([id, name]) => [name, id]));
  }

  group(text: string, errors: FieldError[]): AssetGroupId[] {
    const path = text
      .split('/')
      .map((part) => part.trim())
      .join('/');
    const [id, other] = this.groups.get(text) ?? this.groups.get(path) ?? [];
    if (id === undefined) errors.push(unknown('groups', 'unknown_group', 'asset group', text));
    else if (other === undefined) return [id];
    else {
      const message = `${text} may mean two asset groups; write the whole path.`;
      errors.push({ field: 'groups', code: 'ambiguous_group', message, params: { what: text } });
    }
    return [];
  }

  dataCenter(name: string, errors: FieldError[]): DataCenterId | undefined {
    const id = this.dataCenters.get(name);
    if (id === undefined) errors.push(unknown('dataCenter', 'unknown_data_center', 'data center', name));
    return id;
  }

  adminAccount(name: string, errors: FieldError[]): AdminAccountId | undefined {
    const id = this.adminAccounts.get(name);
    if (id === undefined)
      errors.push(unknown('adminAccount', 'unknown_admin_account', 'admin account', name));
    return id;
  }
}

function unknown(field: string, code: string, kind: string, what: string): FieldError {
  const message = `There is no ${kind} ${what}; add it first, or correct the name.`;
  return { field, code, message, params: { what } };
}
