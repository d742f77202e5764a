import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each file that went to an asset or came from it. */
export class FileTransfers1795400000029 implements MigrationInterface {
  name = 'FileTransfers1795400000029';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
          CREATE TABLE "file_transfers" (
              "id" uuid NOT NULL,
              "session_id" uuid,
              "user_id" uuid NOT NULL,
              "username" text NOT NULL,
              "asset_id" uuid NOT NULL,
              "asset_name" text NOT NULL,
              "system_user_id" uuid NOT NULL,
              "system_username" text NOT NULL,
              "source_address" text NOT NULL,
              "protocol" text NOT NULL,
              "direction" text NOT NULL,
              "path" text NOT NULL,
              "name" text,
              "command" text,
              "size" bigint NOT NULL,
              "sha256" text,
              "digest_gap" text,
              "result" text NOT NULL,
              "detail" text,
              "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
              "ended_at" TIMESTAMP WITH TIME ZONE NOT NULL,
              CONSTRAINT "file_transfers_pkey" PRIMARY KEY ("id")
          )
      `);
    await queryRunner.query(`
          CREATE INDEX "file_transfers_session_id_idx" ON "file_transfers" ("session_id")
      `);
    await queryRunner.query(`
          CREATE INDEX "file_transfers_started_at_id_idx" ON "file_transfers" ("started_at", "id")
      `);
    await queryRunner.query(`
          CREATE INDEX "file_transfers_asset_id_started_at_idx" ON "file_transfers" ("asset_id", "started_at")
      `);
    await queryRunner.query(`
          CREATE INDEX "file_transfers_user_id_started_at_idx" ON "file_transfers" ("user_id", "started_at")
      `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "file_transfers"
        `);
  }
}
