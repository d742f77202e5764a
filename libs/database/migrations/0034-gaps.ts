import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is missing of a session is shown with it: found without going through all operations. */
export class Gaps1795400000160 implements MigrationInterface {
  name = 'Gaps1795400000160';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE INDEX "operations_gaps" ON "operations" ("subject_id")
            WHERE action IN ('session.recording-gap', 'audit.gap')
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP INDEX "operations_gaps"
        `);
  }
}
