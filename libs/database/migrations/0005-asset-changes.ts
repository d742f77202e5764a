import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which field of which asset changed from what to what. */
export class AssetChanges1795400000011 implements MigrationInterface {
  name = 'AssetChanges1795400000011';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
          CREATE TABLE "asset_changes" (
              "id" uuid NOT NULL,
              "asset_id" uuid NOT NULL,
              "asset_name" text NOT NULL,
              "field" text NOT NULL,
              "before" jsonb NOT NULL,
              "after" jsonb NOT NULL,
              "at" TIMESTAMP WITH TIME ZONE NOT NULL,
              "actor_id" uuid,
              "actor_name" text NOT NULL,
              "source" text NOT NULL,
              CONSTRAINT "asset_changes_pkey" PRIMARY KEY ("id")
          )
      `);
    await queryRunner.query(`
          CREATE INDEX "asset_changes_at_id_idx" ON "asset_changes" ("at", "id")
      `);
    await queryRunner.query(`
          CREATE INDEX "asset_changes_asset_id_at_idx" ON "asset_changes" ("asset_id", "at")
      `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "asset_changes"
        `);
  }
}
