import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the dashboard reads instead of the whole history of sessions. */
export class Home1795400000110 implements MigrationInterface {
  name = 'Home1795400000110';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "session_figures" (
                "starts_at" timestamptz NOT NULL,
                "ends_at" timestamptz NOT NULL,
                "sessions" integer NOT NULL,
                "users" integer NOT NULL,
                "has_counts" boolean NOT NULL DEFAULT false,
                "has_totals" boolean NOT NULL DEFAULT false,
                CONSTRAINT "session_figures_pkey" PRIMARY KEY ("starts_at", "ends_at")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "session_counts" (
                "day" date NOT NULL,
                "subject" text NOT NULL,
                "subject_id" uuid NOT NULL,
                "sessions" integer NOT NULL,
                CONSTRAINT "session_counts_pkey" PRIMARY KEY ("day", "subject", "subject_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "session_totals" (
                "day" date NOT NULL,
                "subject" text NOT NULL,
                "subject_id" uuid NOT NULL,
                "sessions" integer NOT NULL,
                CONSTRAINT "session_totals_pkey" PRIMARY KEY ("day", "subject", "subject_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "session_totals_day_subject_sessions_idx" ON "session_totals" ("day", "subject", "sessions")
        `);
    await queryRunner.query(`
            CREATE INDEX "push_records_failed" ON "push_records" ("pushed_at") WHERE failure IS NOT NULL
        `);
    await queryRunner.query(`
            CREATE INDEX "login_attempts_user_id_at_idx" ON "login_attempts" ("user_id", "at")
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "login_attempts_user_id_at_idx"');
    await queryRunner.query('DROP INDEX "push_records_failed"');
    await queryRunner.query('DROP TABLE "session_totals"');
    await queryRunner.query('DROP TABLE "session_counts"');
    await queryRunner.query('DROP TABLE "session_figures"');
  }
}
