import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records of what was changed on an asset beside the bytes of files: removed, renamed, made, its attributes set. */
export class FileChanges1795400000140 implements MigrationInterface {
  name = 'FileChanges1795400000140';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "file_transfers" ADD "change" text, ADD "target" text
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DELETE FROM "file_transfers" WHERE "direction" = 'change'
        `);
    await queryRunner.query(`
            ALTER TABLE "file_transfers" DROP "change", DROP "target"
        `);
  }
}
