import { z } from 'zod';
import {
  ASSET_ENVIRONMENTS,
  ASSET_STATUSES,
  ASSET_TYPES,
  type AssetEnvironment,
  type AssetStatus,
  type AssetType,
  type Disk,
} from '#libs/contracts';
import { asId, type DataCenterId } from '#libs/kernel';

/** What is known of an asset besides how it is reached (FEATURES S2). Texts are empty where nothing is known. */
export interface AssetDetails {
  otherAddresses: string[];
  /** As {@link normalMac} writes them. */
  macAddresses: string[];
  outOfBandAddress: string;
  brand: string;
  model: string;
  cpuModel: string;
  /** Logical processors. */
  cpuCount: number | null;
  /** MiB, 2^20 bytes. */
  memoryMib: number | null;
  disks: Disk[];
  os: string;
  osVersion: string;
  /** Its release: `6.1.0-18-amd64`. */
  kernel: string;
  architecture: string;
  serialNumber: string;
  assetNumber: string;
  cabinet: string;
  position: string;
  dataCenterId: DataCenterId | null;
  type: AssetType | null;
  environment: AssetEnvironment | null;
  status: AssetStatus;
  labels: Record<string, string>;
}

/** What is given of them. */
export type SomeAssetDetails = { [K in keyof AssetDetails]?: AssetDetails[K] | undefined };

/** Shape of {@link AssetDetails} in a row that {@link DETAIL_COLUMNS} gave. */
export const assetDetails = {
  otherAddresses: z.array(z.string()),
  macAddresses: z.array(z.string()),
  outOfBandAddress: z.string(),
  brand: z.string(),
  model: z.string(),
  cpuModel: z.string(),
  cpuCount: z.number().nullable(),
  memoryMib: z.number().nullable(),
  disks: z.array(z.object({ name: z.string(), sizeMib: z.number() })),
  os: z.string(),
  osVersion: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  serialNumber: z.string(),
  assetNumber: z.string(),
  cabinet: z.string(),
  position: z.string(),
  dataCenterId: z
    .string()
    .transform(asId<DataCenterId>)
    .nullable(),
  type: z.enum(ASSET_TYPES).nullable(),
  environment: z.enum(ASSET_ENVIRONMENTS).nullable(),
  status: z.enum(ASSET_STATUSES),
  labels: z.record(z.string(), z.string()),
};

/** Names of all of them. */
export const DETAIL_FIELDS: readonly string[] = Object.keys(assetDetails);

/** The column of one of them. */
export const detailColumn = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Of an asset `a`. */
export const DETAIL_COLUMNS = DETAIL_FIELDS.map((field) => `a.${detailColumn(field)} AS "${field}"`).join(
  ', ',
);

/** Only the details of a draft, a change or a row. */
export function detailsOf(given: SomeAssetDetails): SomeAssetDetails {
  return Object.fromEntries(Object.entries(given).filter(([field]) => DETAIL_FIELDS.includes(field)));
}

const MAC = /^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}$|^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}$/i;

/** A MAC address (EUI-48) in lower case with colons, however it was separated; null when it is none. */
export function normalMac(text: string): string | null {
  if (!MAC.test(text)) return null;
  const pairs =
    text
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .match(/../g) ?? [];
  return pairs.join(':');
}
