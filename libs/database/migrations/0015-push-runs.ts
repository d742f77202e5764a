import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pushes that run on assets, and what stands where since. */
export class PushRuns1795400000028 implements MigrationInterface {
  name = 'PushRuns1795400000028';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "pushes" ADD "pin_host_key" boolean NOT NULL DEFAULT false
        `);
    await queryRunner.query('CREATE INDEX "push_results_asset_id_idx" ON "push_results" ("asset_id")');
    await queryRunner.query('CREATE INDEX "asset_run_items_asset_id_idx" ON "asset_run_items" ("asset_id")');
    await queryRunner.query(`
            ALTER TABLE "push_records"
            ADD "failure" text,
            ADD "engine" text NOT NULL DEFAULT 'none',
            ADD "revision" integer NOT NULL DEFAULT 0,
            ADD "key_version" integer,
            ADD "password_version" integer,
            ADD "account_existed" boolean,
            ADD "account_uid" bigint
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "push_records"
            DROP "account_uid", DROP "account_existed", DROP "password_version", DROP "key_version", DROP "revision",
            DROP "engine", DROP "failure"
        `);
    await queryRunner.query('DROP INDEX "asset_run_items_asset_id_idx"');
    await queryRunner.query('DROP INDEX "push_results_asset_id_idx"');
    await queryRunner.query('ALTER TABLE "pushes" DROP "pin_host_key"');
  }
}
