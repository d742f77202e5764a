import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import type { AssetEnvironment, AssetStatus, AssetType } from '#libs/contracts';
import type { AssetDetails } from '#libs/inventory';
import type { DataCenterId } from '#libs/kernel';
import { IdField, OneOf, Text, Whole } from '../http/fields.js';
import { Addresses, AddressOrNothing, DiskField, Disks, Labels, MacAddresses } from './detail-fields.js';

const MAX_CPUS = 65_536;
const MAX_MIB = 2_147_483_647;
const MAX_TEXT = 255;

/** What is known of an asset besides how it is reached; texts are empty where nothing is known. */
export class AssetDetailFields implements AssetDetails {
  @Addresses()
  otherAddresses!: string[];

  @MacAddresses()
  macAddresses!: string[];

  @AddressOrNothing({ description: 'Of the management board' })
  outOfBandAddress!: string;

  @Text({ max: MAX_TEXT })
  brand!: string;

  @Text({ max: MAX_TEXT })
  model!: string;

  @Text({ max: MAX_TEXT })
  cpuModel!: string;

  @Whole({ min: 1, max: MAX_CPUS, nullable: true, description: 'Logical processors; null: not known' })
  cpuCount!: number | null;

  @Whole({ min: 1, max: MAX_MIB, nullable: true, description: 'MiB; null: not known' })
  memoryMib!: number | null;

  @Disks()
  disks!: DiskField[];

  @Text({ max: MAX_TEXT, example: 'Debian GNU/Linux' })
  os!: string;

  @Text({ max: MAX_TEXT })
  osVersion!: string;

  @Text({ max: MAX_TEXT, example: '6.1.0-18-amd64' })
  kernel!: string;

  @Text({ max: MAX_TEXT, example: 'x86_64' })
  architecture!: string;

  @Text({ max: MAX_TEXT })
  serialNumber!: string;

  @Text({ max: MAX_TEXT, description: 'In the books of its owner' })
  assetNumber!: string;

  @Text({ max: MAX_TEXT })
  cabinet!: string;

  @Text({ max: MAX_TEXT, description: 'In the cabinet' })
  position!: string;

  @IdField({ nullable: true })
  dataCenterId!: DataCenterId | null;

  @OneOf(ASSET_TYPES, { nullable: true, description: 'null: not said' })
  type!: AssetType | null;

  @OneOf(ASSET_ENVIRONMENTS, { nullable: true, description: 'null: not said' })
  environment!: AssetEnvironment | null;

  @OneOf(ASSET_STATUSES, {
    description:
      'For people only: a retired asset can still be connected to until it is made inactive with `active`',
  })
  status!: AssetStatus;

  @Labels()
  labels!: Record<string, string>;
}
