import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs over assets, and the facts that they collect. */
export class AssetRuns1795400000025 implements MigrationInterface {
  name = 'AssetRuns1795400000025';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "asset_runs" (
                "id" uuid NOT NULL,
                "kind" text NOT NULL,
                "state" text NOT NULL,
                "terms" jsonb NOT NULL DEFAULT '{}',
                "requested_by_id" uuid,
                "requested_by" text NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "started_at" TIMESTAMP WITH TIME ZONE,
                "finished_at" TIMESTAMP WITH TIME ZONE,
                "stopped_by" text,
                "asset_count" integer NOT NULL,
                "succeeded_count" integer NOT NULL DEFAULT '0',
                "failed_count" integer NOT NULL DEFAULT '0',
                "stopped_count" integer NOT NULL DEFAULT '0',
                CONSTRAINT "asset_runs_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_runs_kind_created_at_idx" ON "asset_runs" ("kind", "created_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_runs_open" ON "asset_runs" ("created_at") WHERE finished_at IS NULL
        `);
    await queryRunner.query(`
            CREATE TABLE "asset_run_items" (
                "run_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "asset_name" text NOT NULL,
                "kind" text NOT NULL,
                "place" integer NOT NULL,
                "state" text NOT NULL DEFAULT 'queued',
                "step" text,
                "reason" text NOT NULL DEFAULT '',
                "steps" jsonb NOT NULL DEFAULT '[]',
                "outcome" jsonb NOT NULL DEFAULT '{}',
                "started_at" TIMESTAMP WITH TIME ZONE,
                "finished_at" TIMESTAMP WITH TIME ZONE,
                "worker_id" uuid,
                "lease_until" TIMESTAMP WITH TIME ZONE,
                "attempts" integer NOT NULL DEFAULT '0',
                CONSTRAINT "asset_run_items_pkey" PRIMARY KEY ("run_id", "asset_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_run_items_waiting" ON "asset_run_items" ("kind", "place", "run_id")
            WHERE state = 'queued'
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_run_items_taken" ON "asset_run_items" ("lease_until") WHERE state = 'running'
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_run_items_run_id_state_place_idx" ON "asset_run_items" ("run_id", "state", "place")
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_run_items_run_id_place_idx" ON "asset_run_items" ("run_id", "place")
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_run_items"
            ADD CONSTRAINT "asset_run_items_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "asset_runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "assets"
                ADD "kernel" text NOT NULL DEFAULT '',
                ADD "facts_collected_at" TIMESTAMP WITH TIME ZONE
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "assets"
                DROP COLUMN "facts_collected_at",
                DROP COLUMN "kernel"
        `);
    await queryRunner.query('DROP TABLE "asset_run_items"');
    await queryRunner.query('DROP TABLE "asset_runs"');
  }
}
