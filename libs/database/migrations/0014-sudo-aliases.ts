import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sudo aliases, and what else a push brings to assets; replaced secrets are kept while an asset has them. */
export class SudoAliases1795400000027 implements MigrationInterface {
  name = 'SudoAliases1795400000027';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "sudo_aliases" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "commands" text array NOT NULL,
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "sudo_aliases_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query('CREATE UNIQUE INDEX "sudo_aliases_name_idx" ON "sudo_aliases" ("name")');
    await queryRunner.query(`
            ALTER TABLE "system_users"
            ADD "home" text NOT NULL DEFAULT '',
            ADD "groups" text array NOT NULL DEFAULT '{}',
            ADD "revision" integer NOT NULL DEFAULT 1,
            ADD "password_version" integer NOT NULL DEFAULT 1,
            ADD "key_version" integer NOT NULL DEFAULT 1
        `);
    await queryRunner.query(`
            CREATE TABLE "system_user_sudo_aliases" (
                "system_user_id" uuid NOT NULL,
                "sudo_alias_id" uuid NOT NULL,
                CONSTRAINT "system_user_sudo_aliases_pkey" PRIMARY KEY ("system_user_id", "sudo_alias_id"),
                CONSTRAINT "system_user_sudo_aliases_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
                CONSTRAINT "system_user_sudo_aliases_sudo_alias_id_fkey" FOREIGN KEY ("sudo_alias_id") REFERENCES "sudo_aliases"("id") ON DELETE NO ACTION ON UPDATE NO ACTION
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "system_user_sudo_aliases_sudo_alias_id_idx" ON "system_user_sudo_aliases" ("sudo_alias_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "former_secrets" (
                "system_user_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "version" integer NOT NULL,
                "sealed" text NOT NULL,
                CONSTRAINT "former_secrets_pkey" PRIMARY KEY ("system_user_id", "kind", "version"),
                CONSTRAINT "former_secrets_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "former_secrets"');
    await queryRunner.query('DROP TABLE "system_user_sudo_aliases"');
    await queryRunner.query(`
            ALTER TABLE "system_users"
            DROP "key_version", DROP "password_version", DROP "revision", DROP "groups", DROP "home"
        `);
    await queryRunner.query('DROP TABLE "sudo_aliases"');
  }
}
