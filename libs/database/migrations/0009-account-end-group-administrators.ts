import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts that end on a date; user groups with administrators. */
export class AccountEndGroupAdministrators1795400000022 implements MigrationInterface {
  name = 'AccountEndGroupAdministrators1795400000022';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "users" ADD "valid_until" TIMESTAMP WITH TIME ZONE');
    await queryRunner.query(`
            CREATE TABLE "user_group_administrators" (
                "group_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                CONSTRAINT "user_group_administrators_pkey" PRIMARY KEY ("group_id", "user_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "user_group_administrators_user_id_idx" ON "user_group_administrators" ("user_id")
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_administrators"
            ADD CONSTRAINT "user_group_administrators_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "user_groups"("id") ON DELETE CASCADE
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_administrators"
            ADD CONSTRAINT "user_group_administrators_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "user_group_administrators"');
    await queryRunner.query('ALTER TABLE "users" DROP COLUMN "valid_until"');
  }
}
