import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each push did on each asset, kept when a later push replaces its record. */
export class PushResults1795400000001 implements MigrationInterface {
  name = 'PushResults1795400000001';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "push_results" (
                "push_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "asset_name" text NOT NULL,
                "state" text NOT NULL,
                CONSTRAINT "push_results_pkey" PRIMARY KEY ("push_id", "asset_id")
            )
        `);
    await queryRunner.query(`
            ALTER TABLE "push_results"
            ADD CONSTRAINT "push_results_push_id_fkey" FOREIGN KEY ("push_id") REFERENCES "pushes"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "push_results"
        `);
  }
}
