import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Searches that hit many assets are counted over the narrow table too, few hits found in it by trigram. */
export class AssetWordsIndex1795400000180 implements MigrationInterface {
  name = 'AssetWordsIndex1795400000180';

  public async up(queryRunner: QueryRunner): Promise<void> {
    // the extension may belong to somebody else and not be there
    await queryRunner.query(`
            DO $$
            BEGIN
                IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
                    CREATE INDEX "asset_words_search_idx" ON "asset_words" USING gin ("search_text" gin_trgm_ops);
                END IF;
            END
            $$
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX IF EXISTS "asset_words_search_idx"');
  }
}
