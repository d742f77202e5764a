import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails to users, the links in them, and the zone in which a user reads times. */
export class Mail1795400000023 implements MigrationInterface {
  name = 'Mail1795400000023';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "users" ADD "time_zone" text');
    await queryRunner.query(`
            CREATE TABLE "mails" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "recipient" text NOT NULL,
                "details" jsonb NOT NULL DEFAULT '{}',
                "state" text NOT NULL DEFAULT 'queued',
                "tries" integer NOT NULL DEFAULT 0,
                "reason" text,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "ended_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "mails_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query('CREATE INDEX "mails_user_id_idx" ON "mails" ("user_id")');
    await queryRunner.query('CREATE INDEX "mails_created_at_idx" ON "mails" ("created_at")');
    await queryRunner.query(`
            ALTER TABLE "mails"
            ADD CONSTRAINT "mails_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
    await queryRunner.query(`
            CREATE TABLE "password_links" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "secret_hash" text NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT "password_links_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "password_links_user_id_idx" ON "password_links" ("user_id")',
    );
    await queryRunner.query(`
            ALTER TABLE "password_links"
            ADD CONSTRAINT "password_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "password_links"');
    await queryRunner.query('DROP TABLE "mails"');
    await queryRunner.query('ALTER TABLE "users" DROP COLUMN "time_zone"');
  }
}
