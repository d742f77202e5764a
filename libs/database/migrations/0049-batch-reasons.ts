import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Results of batch executions say why they failed by code too, so that the console tells it in its language. */
export class BatchReasons1795400000290 implements MigrationInterface {
  name = 'BatchReasons1795400000290';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "batch_results" ADD "reason_told" jsonb');
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "batch_results" DROP COLUMN "reason_told"');
  }
}
