import type { AssetView } from '../api/models/asset-view';
import type { CreateAsset } from '../api/models/create-asset';
import { formatSize, linesOf, readDisks, readLabels, readSize, writeLabels } from './field-texts';

/** What a new asset's form begins with; lists are texts with a line for each. */
export const NEW_ASSET = {
  name: '',
  address: '',
  port: '',
  adminAccountId: '',
  groupIds: [] as readonly string[],
  active: true,
  comment: '',
  type: '' as AssetView['type'] | '',
  environment: '' as AssetView['environment'] | '',
  status: 'in-use' as AssetView['status'],
  dataCenterId: '',
  cabinet: '',
  position: '',
  assetNumber: '',
  serialNumber: '',
  labels: '',
  brand: '',
  model: '',
  cpuModel: '',
  cpuCount: '',
  memoryMib: '',
  disks: '',
  os: '',
  osVersion: '',
  kernel: '',
  architecture: '',
  otherAddresses: '',
  macAddresses: '',
  outOfBandAddress: '',
};

/** What the asset form holds. */
export type AssetModel = typeof NEW_ASSET;

/** An asset as its form shows it. */
export function modelOf(asset: AssetView): AssetModel {
  const { name, address, groupIds, active, comment, status, cabinet, position, assetNumber } = asset;
  const { serialNumber, brand, model, cpuModel, os, osVersion, kernel, architecture } = asset;
  return {
    ...{ name, address, groupIds, active, comment, status, cabinet, position, assetNumber },
    ...{ serialNumber, brand, model, cpuModel, os, osVersion, kernel, architecture },
    outOfBandAddress: asset.outOfBandAddress,
    port: String(asset.port ?? ''),
    adminAccountId: asset.adminAccountId ?? '',
    type: asset.type ?? '',
    environment: asset.environment ?? '',
    dataCenterId: asset.dataCenterId ?? '',
    labels: writeLabels(asset.labels),
    cpuCount: String(asset.cpuCount ?? ''),
    memoryMib: asset.memoryMib === null ? '' : formatSize(asset.memoryMib),
    disks: asset.disks.map((disk) => `${disk.name} ${formatSize(disk.sizeMib)}`).join('\n'),
    otherAddresses: asset.otherAddresses.join('\n'),
    macAddresses: asset.macAddresses.join('\n'),
  };
}

/** What the form says, as the server takes it. */
export function draftOf(model: AssetModel): CreateAsset {
  const whole = (value: string): number | null => (value.trim() === '' ? null : Number(value));
  return {
    name: model.name.trim(),
    address: model.address.trim(),
    port: whole(model.port),
    adminAccountId: model.adminAccountId || null,
    groupIds: [...model.groupIds],
    active: model.active,
    comment: model.comment.trim(),
    type: model.type || null,
    environment: model.environment || null,
    status: model.status,
    dataCenterId: model.dataCenterId || null,
    cabinet: model.cabinet.trim(),
    position: model.position.trim(),
    assetNumber: model.assetNumber.trim(),
    serialNumber: model.serialNumber.trim(),
    labels: readLabels(model.labels),
    brand: model.brand.trim(),
    model: model.model.trim(),
    cpuModel: model.cpuModel.trim(),
    cpuCount: whole(model.cpuCount),
    memoryMib: model.memoryMib.trim() === '' ? null : readSize(model.memoryMib),
    disks: readDisks(model.disks),
    os: model.os.trim(),
    osVersion: model.osVersion.trim(),
    kernel: model.kernel.trim(),
    architecture: model.architecture.trim(),
    otherAddresses: linesOf(model.otherAddresses),
    macAddresses: linesOf(model.macAddresses),
    outOfBandAddress: model.outOfBandAddress.trim(),
  };
}
