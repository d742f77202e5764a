import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Authenticator apps of users, recovery codes, and logins that wait for a code. */
export class SecondFactors1795400000020 implements MigrationInterface {
  name = 'SecondFactors1795400000020';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE "users" ADD "second_factor_required" boolean NOT NULL DEFAULT false',
    );
    await queryRunner.query('ALTER TABLE "logins" ADD "passed_second_factor" boolean NOT NULL DEFAULT false');
    await queryRunner.query(`
            CREATE TABLE "second_factors" (
                "user_id" uuid NOT NULL,
                "sealed_secret" text NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "confirmed_at" TIMESTAMP WITH TIME ZONE,
                "last_step" integer NOT NULL DEFAULT 0,
                CONSTRAINT "second_factors_pkey" PRIMARY KEY ("user_id"),
                CONSTRAINT "second_factors_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "recovery_codes" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "code_hash" text NOT NULL,
                "used_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("id"),
                CONSTRAINT "recovery_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
            )
        `);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "recovery_codes_user_id_code_hash_idx" ON "recovery_codes" ("user_id", "code_hash")',
    );
    await queryRunner.query(`
            CREATE TABLE "login_challenges" (
                "id" uuid NOT NULL,
                "token_hash" text NOT NULL,
                "user_id" uuid NOT NULL,
                "way" text NOT NULL,
                "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "tries" integer NOT NULL DEFAULT 0,
                CONSTRAINT "login_challenges_pkey" PRIMARY KEY ("id"),
                CONSTRAINT "login_challenges_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
            )
        `);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "login_challenges_token_hash_idx" ON "login_challenges" ("token_hash")',
    );
    await queryRunner.query('CREATE INDEX "login_challenges_user_id_idx" ON "login_challenges" ("user_id")');
    await queryRunner.query(
      'CREATE INDEX "login_challenges_expires_at_idx" ON "login_challenges" ("expires_at")',
    );
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "login_challenges"');
    await queryRunner.query('DROP TABLE "recovery_codes"');
    await queryRunner.query('DROP TABLE "second_factors"');
    await queryRunner.query('ALTER TABLE "logins" DROP COLUMN "passed_second_factor"');
    await queryRunner.query('ALTER TABLE "users" DROP COLUMN "second_factor_required"');
  }
}
