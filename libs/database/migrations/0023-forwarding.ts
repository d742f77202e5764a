import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What rules let port forwarding reach, and where a forwarding led. */
export class Forwarding1795400000061 implements MigrationInterface {
  name = 'Forwarding1795400000061';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "authorization_rules" ADD "forward_destinations" text array NOT NULL DEFAULT '{}'
        `);
    await queryRunner.query(`
            ALTER TABLE "sessions" ADD "destination" text
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DELETE FROM "sessions" WHERE "kind" IN ('forward', 'remote-forward')
        `);
    await queryRunner.query(`
            UPDATE "authorization_rules" SET "actions" = array_remove(array_remove("actions", 'agent'), 'remote-forward')
        `);
    await queryRunner.query(`
            ALTER TABLE "sessions" DROP COLUMN "destination"
        `);
    await queryRunner.query(`
            ALTER TABLE "authorization_rules" DROP COLUMN "forward_destinations"
        `);
  }
}
