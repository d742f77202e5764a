import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A trigram index over assets, where the database has the extension for it; it may belong to somebody else and not. */
const searchIndex = (texts: string): string => `
            DO $$
            BEGIN
                DROP INDEX IF EXISTS "assets_search_idx";
                IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
                    CREATE INDEX "assets_search_idx" ON "assets" USING gin (${texts});
                END IF;
            END
            $$
        `;
const ONE_TEXT = `lower("name" || E'\\n' || "address" || E'\\n' || "comment") gin_trgm_ops`;
const THREE_TEXTS = `"name" gin_trgm_ops, "address" gin_trgm_ops, "comment" gin_trgm_ops`;

/** Favourites of users, an index that tells when somebody last used an asset, and one over all that is searched of assets. */
export class FavouriteAssets1795400000026 implements MigrationInterface {
  name = 'FavouriteAssets1795400000026';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "favourite_assets" (
                "user_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "added_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT "favourite_assets_pkey" PRIMARY KEY ("user_id", "asset_id")
            )
        `);
    await queryRunner.query(
      'CREATE INDEX "favourite_assets_asset_id_idx" ON "favourite_assets" ("asset_id")',
    );
    await queryRunner.query(`
            ALTER TABLE "favourite_assets"
            ADD CONSTRAINT "favourite_assets_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
    await queryRunner.query(`
            ALTER TABLE "favourite_assets"
            ADD CONSTRAINT "favourite_assets_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_user_id_asset_id_started_at_idx"
            ON "sessions" ("user_id", "asset_id", "started_at")
        `);
    await queryRunner.query(searchIndex(ONE_TEXT));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(searchIndex(THREE_TEXTS));
    await queryRunner.query('DROP INDEX "sessions_user_id_asset_id_started_at_idx"');
    await queryRunner.query('DROP TABLE "favourite_assets"');
  }
}
