import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Starts of sessions are sealed too: a row that is taken away while its session runs is missed. What each api's check of
 * the audit found stands where all of them see it, signed.
 */
export class SessionStartsAndChecks1795400000270 implements MigrationInterface {
  name = 'SessionStartsAndChecks1795400000270';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TRIGGER "audit_queue_started" AFTER INSERT ON "sessions"
            FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION audit_queue_row('session-start')
        `);
    await queryRunner.query(`
            INSERT INTO "audit_queue" ("kind", "row_id")
            SELECT 'session-start', "id" FROM "sessions" WHERE "ended_at" IS NULL ORDER BY "started_at", "id"
        `);
    await queryRunner.query(`
            CREATE TABLE "audit_checks" (
                "api_id" uuid NOT NULL,
                "statement" text NOT NULL,
                "key_id" text NOT NULL,
                "signature" text NOT NULL,
                CONSTRAINT "audit_checks_pkey" PRIMARY KEY ("api_id")
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "audit_checks"');
    await queryRunner.query('DROP TRIGGER "audit_queue_started" ON "sessions"');
    await queryRunner.query(`DELETE FROM "audit_queue" WHERE "kind" = 'session-start'`);
  }
}
