import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Recordings that retention took, while their session's row still stands. */
export class Retention1795400000090 implements MigrationInterface {
  name = 'Retention1795400000090';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "deleted_recordings" (
                "session_id" uuid NOT NULL,
                "path" text NOT NULL,
                "file_removed" boolean NOT NULL DEFAULT false,
                CONSTRAINT "deleted_recordings_pkey" PRIMARY KEY ("session_id")
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "deleted_recordings"');
  }
}
