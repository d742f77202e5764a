import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens with which tools call the API. */
export class ApiTokens1795400000021 implements MigrationInterface {
  name = 'ApiTokens1795400000021';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "api_tokens" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "name" text NOT NULL,
                "token_hash" text NOT NULL,
                "read_only" boolean NOT NULL DEFAULT false,
                "networks" text array NOT NULL DEFAULT '{}',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "expires_at" TIMESTAMP WITH TIME ZONE,
                "last_used_at" TIMESTAMP WITH TIME ZONE,
                "last_used_from" text,
                "last_refused_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query('CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens" ("user_id")');
    await queryRunner.query('CREATE UNIQUE INDEX "api_tokens_token_hash_idx" ON "api_tokens" ("token_hash")');
    await queryRunner.query(`
            ALTER TABLE "api_tokens"
            ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "api_tokens"');
  }
}
