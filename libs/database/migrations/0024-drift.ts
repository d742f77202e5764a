import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was pushed, to compare it with what stands there; pushes outlive their system user. */
export class Drift1795400000062 implements MigrationInterface {
  name = 'Drift1795400000062';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "push_records"
            ADD "pushed" jsonb,
            ADD "pushed_key" text,
            ADD "drift" text,
            ADD "drift_findings" jsonb NOT NULL DEFAULT '[]',
            ADD "drift_at" timestamptz
        `);
    await queryRunner.query(`
            ALTER TABLE "pushes"
            ADD "system_username" text,
            ADD "removes_system_user" boolean NOT NULL DEFAULT false,
            DROP CONSTRAINT "pushes_system_user_id_fkey"
        `);
    await queryRunner.query(`
            UPDATE "pushes" p SET "system_username" = s."username" FROM "system_users" s WHERE s."id" = p."system_user_id"
        `);
    await queryRunner.query('ALTER TABLE "pushes" ALTER "system_username" SET NOT NULL');
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DELETE FROM "pushes" p WHERE NOT EXISTS (SELECT FROM "system_users" s WHERE s."id" = p."system_user_id")
        `);
    await queryRunner.query(`
            ALTER TABLE "pushes"
            DROP "removes_system_user", DROP "system_username",
            ADD CONSTRAINT "pushes_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records"
            DROP "drift_at", DROP "drift_findings", DROP "drift", DROP "pushed_key", DROP "pushed"
        `);
  }
}
