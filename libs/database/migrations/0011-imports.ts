import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keeps uploaded spreadsheets between their check and their run. */
export class Imports1795400000024 implements MigrationInterface {
  name = 'Imports1795400000024';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "imports" (
                "id" uuid NOT NULL,
                "kind" text NOT NULL,
                "actor_id" uuid NOT NULL,
                "file_name" text NOT NULL,
                "language" text NOT NULL,
                "state" text NOT NULL,
                "headers" text array NOT NULL,
                "unknown_headers" text array NOT NULL,
                "other_sheets" text array NOT NULL,
                "remarks" integer NOT NULL,
                "progress" integer NOT NULL DEFAULT '0',
                "alive_at" TIMESTAMP WITH TIME ZONE,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT "imports_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query('CREATE INDEX "imports_actor_id_idx" ON "imports" ("actor_id")');
    await queryRunner.query('CREATE INDEX "imports_created_at_idx" ON "imports" ("created_at")');
    await queryRunner.query(`
            CREATE TABLE "import_rows" (
                "import_id" uuid NOT NULL,
                "row" integer NOT NULL,
                "name" text NOT NULL,
                "outcome" text NOT NULL,
                "cells" text array NOT NULL,
                "fields" jsonb NOT NULL,
                "changes" jsonb NOT NULL,
                "errors" jsonb NOT NULL,
                CONSTRAINT "import_rows_pkey" PRIMARY KEY ("import_id", "row")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "import_rows_import_id_outcome_row_idx" ON "import_rows" ("import_id", "outcome", "row")
        `);
    await queryRunner.query(`
            ALTER TABLE "imports" ADD CONSTRAINT "imports_actor_id_fkey"
            FOREIGN KEY ("actor_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import_id_fkey"
            FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "import_rows"');
    await queryRunner.query('DROP TABLE "imports"');
  }
}
