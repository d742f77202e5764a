import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A search that no index helps counts over this narrow table: in `assets` text and labels stand behind 30 columns. */
export class AssetWords1795400000130 implements MigrationInterface {
  name = 'AssetWords1795400000130';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "asset_words" (
                "asset_id" uuid NOT NULL,
                "search_text" text NOT NULL,
                "labels" jsonb NOT NULL,
                CONSTRAINT "asset_words_pkey" PRIMARY KEY ("asset_id"),
                CONSTRAINT "asset_words_asset_id_fkey"
                    FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE
            )
        `);
    await queryRunner.query(`
            INSERT INTO "asset_words" ("asset_id", "search_text", "labels")
            SELECT "id", "search_text", "labels" FROM "assets"
        `);
    await queryRunner.query(`
            CREATE FUNCTION "keep_asset_words"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO "asset_words" ("asset_id", "search_text", "labels")
                VALUES (NEW."id", NEW."search_text", NEW."labels")
                ON CONFLICT ("asset_id") DO UPDATE
                SET "search_text" = excluded."search_text", "labels" = excluded."labels";
                RETURN NULL;
            END $$
        `);
    await queryRunner.query(`
            CREATE TRIGGER "keep_asset_words" AFTER INSERT OR UPDATE OF "name", "address", "comment", "labels" ON "assets"
            FOR EACH ROW EXECUTE FUNCTION "keep_asset_words"()
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TRIGGER "keep_asset_words" ON "assets"');
    await queryRunner.query('DROP FUNCTION "keep_asset_words"');
    await queryRunner.query('DROP TABLE "asset_words"');
  }
}
