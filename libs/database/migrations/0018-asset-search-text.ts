import type { MigrationInterface, QueryRunner } from 'typeorm';

const TEXT = `lower("name" || E'\\n' || "address" || E'\\n' || "comment")`;

/** A trigram index over assets, where the database has the extension for it; it may belong to somebody else and not. */
const searchIndex = (text: string): string => `
            DO $$
            BEGIN
                DROP INDEX IF EXISTS "assets_search_idx";
                IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
                    CREATE INDEX "assets_search_idx" ON "assets" USING gin (${text} gin_trgm_ops);
                END IF;
            END
            $$
        `;

/** What TypeORM knows a generated column by. */
const NAMED = `"type" = 'GENERATED_COLUMN' AND "table" = 'assets' AND "name" = 'search_text'`;

/** What is searched of an asset stands in it, in lower case: a search that no index helps looks at it and is done. */
export class AssetSearchText1795400000031 implements MigrationInterface {
  name = 'AssetSearchText1795400000031';

  public async up(queryRunner: QueryRunner): Promise<void> {
    // TypeORM's own table, which it makes itself as soon as an entity has such a column
    await queryRunner.query(`
            CREATE TABLE IF NOT EXISTS "typeorm_metadata" (
                "type" varchar NOT NULL,
                "database" varchar,
                "schema" varchar,
                "table" varchar,
                "name" varchar,
                "value" text
            )
        `);
    await queryRunner.query(
      `INSERT INTO "typeorm_metadata" ("type", "database", "schema", "table", "name", "value")
       VALUES ('GENERATED_COLUMN', current_database(), current_schema(), 'assets', 'search_text', $1)`,
      [TEXT],
    );
    await queryRunner.query(
      `ALTER TABLE "assets" ADD "search_text" text GENERATED ALWAYS AS (${TEXT}) STORED NOT NULL`,
    );
    await queryRunner.query(searchIndex('"search_text"'));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(searchIndex(TEXT));
    await queryRunner.query('ALTER TABLE "assets" DROP COLUMN "search_text"');
    await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE ${NAMED}`);
  }
}
