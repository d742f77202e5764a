import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AssetId } from '#libs/kernel';
import { Asset } from './asset.entity.js';

/**
 * What a search looks at, in a table so narrow that going through all of it is quick: a single character, a label
 * whatever its value, a word of many assets. The database's own trigger on `assets` keeps it; nothing else writes it.
 * The migration adds `asset_words_search_idx`, a trigram index, where the database has the extension for it.
 */
@Index('asset_words_search_idx', { synchronize: false })
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
