import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that lasted long, so that those open in a period are found without reading all that began before it. */
export class LongSessions1795400000280 implements MigrationInterface {
  name = 'LongSessions1795400000280';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE INDEX "sessions_long" ON "sessions" ("started_at", "id", "ended_at")
            WHERE "ended_at" - "started_at" > interval '12 hours'
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "sessions_long"');
  }
}
