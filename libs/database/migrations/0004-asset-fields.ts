import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of assets besides how they are reached, and the data centers where they stand. */
export class AssetFields1795400000010 implements MigrationInterface {
  name = 'AssetFields1795400000010';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "data_centers" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "bandwidth" text NOT NULL DEFAULT '',
                "operator" text NOT NULL DEFAULT '',
                "contact" text NOT NULL DEFAULT '',
                "phone" text NOT NULL DEFAULT '',
                "address" text NOT NULL DEFAULT '',
                "networks" text array NOT NULL DEFAULT '{}',
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "data_centers_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "data_centers_name_idx" ON "data_centers" ("name")
        `);
    await queryRunner.query(`
            ALTER TABLE "assets"
                ADD "other_addresses" text array NOT NULL DEFAULT '{}',
                ADD "mac_addresses" text array NOT NULL DEFAULT '{}',
                ADD "out_of_band_address" text NOT NULL DEFAULT '',
                ADD "brand" text NOT NULL DEFAULT '',
                ADD "model" text NOT NULL DEFAULT '',
                ADD "cpu_model" text NOT NULL DEFAULT '',
                ADD "cpu_count" integer,
                ADD "memory_mib" integer,
                ADD "disks" jsonb NOT NULL DEFAULT '[]',
                ADD "os" text NOT NULL DEFAULT '',
                ADD "os_version" text NOT NULL DEFAULT '',
                ADD "architecture" text NOT NULL DEFAULT '',
                ADD "serial_number" text NOT NULL DEFAULT '',
                ADD "asset_number" text NOT NULL DEFAULT '',
                ADD "cabinet" text NOT NULL DEFAULT '',
                ADD "position" text NOT NULL DEFAULT '',
                ADD "data_center_id" uuid,
                ADD "type" text,
                ADD "environment" text,
                ADD "status" text NOT NULL DEFAULT 'in-use',
                ADD "labels" jsonb NOT NULL DEFAULT '{}'
        `);
    await queryRunner.query(`
            CREATE INDEX "assets_data_center_id_idx" ON "assets" ("data_center_id")
        `);
    await queryRunner.query(`
            CREATE INDEX "assets_labels_idx" ON "assets" USING gin ("labels")
        `);
    await queryRunner.query(`
            ALTER TABLE "assets"
            ADD CONSTRAINT "assets_data_center_id_fkey" FOREIGN KEY ("data_center_id") REFERENCES "data_centers"("id") ON DELETE SET NULL ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "assets"
                DROP COLUMN "labels",
                DROP COLUMN "status",
                DROP COLUMN "environment",
                DROP COLUMN "type",
                DROP COLUMN "data_center_id",
                DROP COLUMN "position",
                DROP COLUMN "cabinet",
                DROP COLUMN "asset_number",
                DROP COLUMN "serial_number",
                DROP COLUMN "architecture",
                DROP COLUMN "os_version",
                DROP COLUMN "os",
                DROP COLUMN "disks",
                DROP COLUMN "memory_mib",
                DROP COLUMN "cpu_count",
                DROP COLUMN "cpu_model",
                DROP COLUMN "model",
                DROP COLUMN "brand",
                DROP COLUMN "out_of_band_address",
                DROP COLUMN "mac_addresses",
                DROP COLUMN "other_addresses"
        `);
    await queryRunner.query(`
            DROP TABLE "data_centers"
        `);
  }
}
