import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hours of the week in which a rule counts. */
export class RuleHours1795400000030 implements MigrationInterface {
  name = 'RuleHours1795400000030';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "authorization_rules"
                ADD "hours_time_zone" text,
                ADD "hours_minutes" int4multirange
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "authorization_rules"
                DROP COLUMN "hours_minutes",
                DROP COLUMN "hours_time_zone"
        `);
  }
}
