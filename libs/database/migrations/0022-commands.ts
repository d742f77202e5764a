import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each command of a session; the text is found by trigrams where the database has the extension. */
export class Commands1795400000060 implements MigrationInterface {
  name = 'Commands1795400000060';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
          CREATE TABLE "commands" (
              "id" uuid NOT NULL,
              "session_id" uuid NOT NULL,
              "user_id" uuid NOT NULL,
              "username" text NOT NULL,
              "asset_id" uuid NOT NULL,
              "asset_name" text NOT NULL,
              "system_user_id" uuid NOT NULL,
              "system_username" text NOT NULL,
              "kind" text NOT NULL,
              "command" text NOT NULL,
              "certain" boolean NOT NULL,
              "at" TIMESTAMP WITH TIME ZONE NOT NULL,
              "offset_ms" integer NOT NULL,
              CONSTRAINT "commands_pkey" PRIMARY KEY ("id")
          )
      `);
    await queryRunner.query(`
          CREATE INDEX "commands_session_id_at_id_idx" ON "commands" ("session_id", "at", "id")
      `);
    await queryRunner.query(`
          CREATE INDEX "commands_at_id_idx" ON "commands" ("at", "id")
      `);
    await queryRunner.query(`
          CREATE INDEX "commands_asset_id_at_idx" ON "commands" ("asset_id", "at")
      `);
    await queryRunner.query(`
          CREATE INDEX "commands_user_id_at_idx" ON "commands" ("user_id", "at")
      `);
    await queryRunner.query(`
          CREATE INDEX "commands_system_user_id_at_idx" ON "commands" ("system_user_id", "at")
      `);
    await queryRunner.query(`
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
                    CREATE INDEX "commands_search_idx" ON "commands" USING gin ("command" gin_trgm_ops);
                END IF;
            END $$
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "commands"
        `);
  }
}
