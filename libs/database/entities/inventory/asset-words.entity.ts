import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { AssetId } from '#libs/kernel';
import { Asset } from './asset.entity.js';

/**
 * What a search looks at, in a table so narrow that going through all of it is quick: a single character, or a label
 * whatever its value. The database's own trigger on `assets` keeps it; nothing else writes it.
 */
@Entity('asset_words')
export class AssetWords {
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetId!: AssetId;

  /** Name, address and comment in lower case. */
  @Column('text')
  searchText!: string;

  @Column('jsonb')
  labels!: Record<string, string>;
}
