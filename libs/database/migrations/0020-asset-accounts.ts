import type { MigrationInterface, QueryRunner } from 'typeorm';

const ADD = (came: string): string => `
                INSERT INTO "asset_accounts" AS there ("asset_id", "system_user_ids")
                SELECT "asset_id", array_agg("system_user_id" ORDER BY "system_user_id")
                FROM ${came} GROUP BY "asset_id" ORDER BY "asset_id"
                ON CONFLICT ("asset_id") DO UPDATE SET "system_user_ids" = ARRAY(
                    SELECT unnest(there."system_user_ids") UNION SELECT unnest(excluded."system_user_ids") ORDER BY 1);`;

const REMOVE = (went: string): string => `
                FOR change IN
                    SELECT "asset_id", array_agg("system_user_id") AS "ids"
                    FROM ${went} GROUP BY "asset_id" ORDER BY "asset_id"
                LOOP
                    UPDATE "asset_accounts" SET "system_user_ids" = ARRAY(
                        SELECT unnest("system_user_ids") EXCEPT SELECT unnest(change."ids") ORDER BY 1)
                    WHERE "asset_id" = change."asset_id";
                END LOOP;`;

/** Those of one transition table that succeeded, without those that did in the other one as well. */
const onlyIn = (table: string, other: string): string => `
                    (SELECT "asset_id", "system_user_id" FROM "${table}" WHERE "succeeded"
                     EXCEPT SELECT "asset_id", "system_user_id" FROM "${other}" WHERE "succeeded") AS changed`;

/**
 * Adds what came and takes out what went, asset by asset in one order, so that two pushes never wait for each other in a
 * ring. It is no aggregate over all records of the asset: two pushes at the same time would not see each other's.
 */
const KEEPER = `
            CREATE FUNCTION "keep_asset_accounts"() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                change record;
            BEGIN
                IF TG_OP = 'INSERT' THEN
                ${ADD('"came" WHERE "succeeded"')}
                ELSIF TG_OP = 'DELETE' THEN
                ${REMOVE('"went" WHERE "succeeded"')}
                ELSE
                ${REMOVE(onlyIn('went', 'came'))}
                ${ADD(onlyIn('came', 'went'))}
                END IF;
                RETURN NULL;
            END
            $$
        `;

/** A trigger for each, as transition tables belong to one kind of change. */
const TRIGGERS = {
  INSERT: 'NEW TABLE AS "came"',
  UPDATE: 'OLD TABLE AS "went" NEW TABLE AS "came"',
  DELETE: 'OLD TABLE AS "went"',
};

/** The system users that stand on an asset in one row, kept by triggers: what lists of reachable assets look at. */
export class AssetAccounts1795400000040 implements MigrationInterface {
  name = 'AssetAccounts1795400000040';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "asset_accounts" (
                "asset_id" uuid NOT NULL,
                "system_user_ids" uuid array NOT NULL,
                CONSTRAINT "asset_accounts_pkey" PRIMARY KEY ("asset_id"),
                CONSTRAINT "asset_accounts_asset_id_fkey"
                    FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE
            )
        `);
    await queryRunner.query(`
            INSERT INTO "asset_accounts" ("asset_id", "system_user_ids")
            SELECT "asset_id", array_agg("system_user_id" ORDER BY "system_user_id")
            FROM "push_records" WHERE "succeeded" GROUP BY "asset_id"
        `);
    await queryRunner.query(KEEPER);
    for (const [change, tables] of Object.entries(TRIGGERS)) {
      await queryRunner.query(`
            CREATE TRIGGER "keep_asset_accounts_${change.toLowerCase()}" AFTER ${change} ON "push_records"
            REFERENCING ${tables} FOR EACH STATEMENT EXECUTE FUNCTION "keep_asset_accounts"()
        `);
    }
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    for (const change of Object.keys(TRIGGERS)) {
      await queryRunner.query(`DROP TRIGGER "keep_asset_accounts_${change.toLowerCase()}" ON "push_records"`);
    }
    await queryRunner.query('DROP FUNCTION "keep_asset_accounts"');
    await queryRunner.query('DROP TABLE "asset_accounts"');
  }
}
