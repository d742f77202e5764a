import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names of what is gone are found in its operations, and what was done to one thing without going through all. */
export class OperationSubjects1795400000250 implements MigrationInterface {
  name = 'OperationSubjects1795400000250';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE INDEX "operations_subject_idx" ON "operations" ("subject_id", "at")
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP INDEX "operations_subject_idx"
        `);
  }
}
