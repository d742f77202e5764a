import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the last check of the audit found is kept beside the signing key: who has the database can't say that all is whole. */
export class CheckBesideKey1795400000260 implements MigrationInterface {
  name = 'CheckBesideKey1795400000260';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DELETE FROM "settings" WHERE "key" = 'audit-check'`);
  }

  public async down(): Promise<void> {
    // the next check writes it again
  }
}
