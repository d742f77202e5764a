import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Commands that ran on many assets at once, and what came of them on each. */
export class BatchExecutions1795400000032 implements MigrationInterface {
  name = 'BatchExecutions1795400000032';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "batch_executions" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "username" text NOT NULL,
                "source_address" text NOT NULL,
                "way" text NOT NULL,
                "system_user_id" uuid NOT NULL,
                "system_username" text NOT NULL,
                "command" text NOT NULL,
                "pattern" text NOT NULL,
                "parallel" integer NOT NULL,
                "time_limit_seconds" integer NOT NULL,
                "output_bytes" integer NOT NULL,
                "state" text NOT NULL,
                "gateway_id" uuid,
                "asset_count" integer NOT NULL,
                "succeeded_count" integer NOT NULL DEFAULT '0',
                "failed_count" integer NOT NULL DEFAULT '0',
                "stopped_count" integer NOT NULL DEFAULT '0',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "started_at" TIMESTAMP WITH TIME ZONE,
                "finished_at" TIMESTAMP WITH TIME ZONE,
                "stopped_by" text,
                CONSTRAINT "batch_executions_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_executions_created_at_id_idx" ON "batch_executions" ("created_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_executions_user_id_created_at_idx" ON "batch_executions" ("user_id", "created_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_executions_open" ON "batch_executions" ("created_at") WHERE finished_at IS NULL
        `);
    await queryRunner.query(`
            CREATE TABLE "batch_results" (
                "execution_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "asset_name" text NOT NULL,
                "place" integer NOT NULL,
                "state" text NOT NULL DEFAULT 'queued',
                "exit_status" integer,
                "signal" text,
                "stdout" bytea NOT NULL DEFAULT '',
                "stderr" bytea NOT NULL DEFAULT '',
                "cut_bytes" bigint NOT NULL DEFAULT '0',
                "digest" text NOT NULL DEFAULT '',
                "failure" text,
                "reason" text NOT NULL DEFAULT '',
                "session_id" uuid,
                "started_at" TIMESTAMP WITH TIME ZONE,
                "finished_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "batch_results_pkey" PRIMARY KEY ("execution_id", "asset_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_results_execution_id_place_idx" ON "batch_results" ("execution_id", "place")
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_results_execution_id_state_place_idx" ON "batch_results" ("execution_id", "state", "place")
        `);
    await queryRunner.query(`
            CREATE INDEX "batch_results_execution_id_digest_idx" ON "batch_results" ("execution_id", "digest")
        `);
    await queryRunner.query(`
            ALTER TABLE "batch_results"
            ADD CONSTRAINT "batch_results_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "batch_executions"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "batch_results"');
    await queryRunner.query('DROP TABLE "batch_executions"');
  }
}
