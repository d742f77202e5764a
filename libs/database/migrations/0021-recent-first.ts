import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a user's own list of assets begins with those used last. */
export class RecentFirst1795400000041 implements MigrationInterface {
  name = 'RecentFirst1795400000041';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "users" ADD "recent_first" boolean NOT NULL DEFAULT false`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "users" DROP COLUMN "recent_first"`);
  }
}
