import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts of failed logins, in the form that rate-limiter-flexible reads and writes. */
export class LoginThrottle1795400000002 implements MigrationInterface {
  name = 'LoginThrottle1795400000002';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "login_throttle" (
                "key" varchar(255) NOT NULL,
                "points" integer NOT NULL DEFAULT 0,
                "expire" bigint,
                CONSTRAINT "login_throttle_pkey" PRIMARY KEY ("key")
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "login_throttle"
        `);
  }
}
