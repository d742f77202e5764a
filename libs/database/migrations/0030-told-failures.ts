import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Push records say why a push failed by code too, so that the console tells it in its language. */
export class ToldFailures1795400000120 implements MigrationInterface {
  name = 'ToldFailures1795400000120';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "push_records" ADD "failure_told" jsonb');
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "push_records" DROP COLUMN "failure_told"');
  }
}
