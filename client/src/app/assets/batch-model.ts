import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import type { BatchFieldsBody } from '../api/models/batch-fields-body';
import type { EditAssets } from '../api/models/edit-assets';
import type { GroupEditBody } from '../api/models/group-edit-body';
import { oneOf } from '../list/list-query';
import { linesOf, readLabels } from './field-texts';

/** A choice that takes the field's value away. */
export const EMPTY = '-';

/** What to do with the groups that are picked; `none` takes out of all, whatever is picked. */
export const GROUP_EDITS = ['add', 'remove', 'replace', 'none'] as const;

/** Fields that are plain texts. */
export const TEXTS = ['cabinet', 'brand', 'model', 'os', 'osVersion', 'architecture', 'comment'] as const;

/** Fields that can be emptied deliberately: left blank they stay as they are. */
export const EMPTIABLE = [...TEXTS, 'port'] as const;

/** One of {@link EMPTIABLE}. */
export type Emptiable = (typeof EMPTIABLE)[number];

/** What the form of a batch edit holds; what is empty stays as it is on each asset. */
export const NOTHING_CHOSEN = {
  type: '',
  environment: '',
  status: '',
  dataCenterId: '',
  adminAccountId: '',
  port: '',
  cabinet: '',
  brand: '',
  model: '',
  os: '',
  osVersion: '',
  architecture: '',
  comment: '',
  emptied: [] as readonly Emptiable[],
  groupEdit: 'add' as (typeof GROUP_EDITS)[number],
  groupIds: [] as readonly string[],
  addLabels: '',
  removeLabels: '',
};

/** What the form of a batch edit holds. */
export type BatchModel = typeof NOTHING_CHOSEN;

/** What the server is asked to change. */
export function editOf(model: BatchModel): Omit<EditAssets, 'ids' | 'filter'> {
  const add = readLabels(model.addLabels);
  const remove = linesOf(model.removeLabels);
  const groups = groupEditOf(model);
  const labelled = Object.keys(add).length + remove.length > 0 && { labels: { add, remove } };
  return { set: fieldsOf(model), ...(groups && { groups }), ...labelled };
}

function groupEditOf({ groupEdit, groupIds }: BatchModel): GroupEditBody | null {
  if (groupEdit === 'none') return { replace: [] };
  return groupIds.length > 0 ? { [groupEdit]: [...groupIds] } : null;
}

function fieldsOf(model: BatchModel): BatchFieldsBody {
  const orNull = (value: string): string | null => (value === EMPTY ? null : value);
  const fields: BatchFieldsBody = {};
  for (const field of TEXTS) if (model[field].trim()) fields[field] = model[field].trim();
  if (model.port.trim()) fields.port = Number(model.port);
  for (const field of model.emptied) fields[field] = null;
  if (model.dataCenterId) fields.dataCenterId = orNull(model.dataCenterId);
  if (model.adminAccountId) fields.adminAccountId = orNull(model.adminAccountId);
  if (model.type) fields.type = oneOf(ASSET_TYPES, model.type) ?? null;
  if (model.environment) fields.environment = oneOf(ASSET_ENVIRONMENTS, model.environment) ?? null;
  const status = oneOf(ASSET_STATUSES, model.status);
  if (status) fields.status = status;
  return fields;
}

/** The fields that will change, by the names that change records have. */
export function filledFields(model: BatchModel): string[] {
  const { groups, labels, set = {} } = editOf(model);
  const names: Readonly<Record<string, string>> = {
    dataCenterId: 'dataCenter',
    adminAccountId: 'adminAccount',
  };
  return [
    ...Object.keys(set).map((field) => names[field] ?? field),
    ...(groups ? ['groups'] : []),
    ...(labels ? ['labels'] : []),
  ];
}

/** The form's field for a name of the server. */
export function fieldOfBatch(name: string): string {
  const [part, ...rest] = name.split('.');
  if (part === 'set') return rest.join('.');
  if (part === 'groups') return 'groupIds';
  if (part === 'labels') return rest[0] === 'remove' ? 'removeLabels' : 'addLabels';
  return name;
}
