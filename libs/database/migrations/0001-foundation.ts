import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema. */
export class Foundation1795400000000 implements MigrationInterface {
  name = 'Foundation1795400000000';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "users" (
                "id" uuid NOT NULL,
                "username" text NOT NULL,
                "name" text NOT NULL,
                "email" text,
                "role" text NOT NULL,
                "password_hash" text,
                "must_change_password" boolean NOT NULL DEFAULT false,
                "active" boolean NOT NULL DEFAULT true,
                "language" text,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "users_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "users_username_idx" ON "users" ("username")
        `);
    await queryRunner.query(`
            CREATE TABLE "user_groups" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "user_groups_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "user_groups_name_idx" ON "user_groups" ("name")
        `);
    await queryRunner.query(`
            CREATE TABLE "user_group_members" (
                "group_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                CONSTRAINT "user_group_members_pkey" PRIMARY KEY ("group_id", "user_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "user_group_members_user_id_idx" ON "user_group_members" ("user_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "admin_accounts" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "username" text NOT NULL,
                "sealed_password" text,
                "sealed_private_key" text,
                "public_key" text,
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "admin_accounts_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "admin_accounts_name_idx" ON "admin_accounts" ("name")
        `);
    await queryRunner.query(`
            CREATE TABLE "assets" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "address" text NOT NULL,
                "port" integer,
                "admin_account_id" uuid,
                "active" boolean NOT NULL DEFAULT true,
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "assets_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "assets_name_idx" ON "assets" ("name")
        `);
    await queryRunner.query(`
            CREATE INDEX "assets_admin_account_id_idx" ON "assets" ("admin_account_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "asset_host_keys" (
                "id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "type" text NOT NULL,
                "blob" text NOT NULL,
                "fingerprint" text NOT NULL,
                "pinned_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "pinned_by" text NOT NULL,
                CONSTRAINT "asset_host_keys_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "asset_host_keys_asset_id_blob_idx" ON "asset_host_keys" ("asset_id", "blob")
        `);
    await queryRunner.query(`
            CREATE TABLE "asset_groups" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "parent_id" uuid,
                "comment" text NOT NULL DEFAULT '',
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "asset_groups_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "asset_groups_name_idx" ON "asset_groups" ("name")
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_groups_parent_id_idx" ON "asset_groups" ("parent_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "asset_group_members" (
                "group_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                CONSTRAINT "asset_group_members_pkey" PRIMARY KEY ("group_id", "asset_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "asset_group_members_asset_id_idx" ON "asset_group_members" ("asset_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "system_users" (
                "id" uuid NOT NULL,
                "username" text NOT NULL,
                "shell" text NOT NULL DEFAULT '/bin/bash',
                "comment" text NOT NULL DEFAULT '',
                "sealed_password" text,
                "sealed_private_key" text,
                "public_key" text,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "system_users_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "system_users_username_idx" ON "system_users" ("username")
        `);
    await queryRunner.query(`
            CREATE TABLE "authorization_rules" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "comment" text NOT NULL DEFAULT '',
                "active" boolean NOT NULL DEFAULT true,
                "actions" text array NOT NULL,
                "valid_from" TIMESTAMP WITH TIME ZONE,
                "valid_until" TIMESTAMP WITH TIME ZONE,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "authorization_rules_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "authorization_rules_name_idx" ON "authorization_rules" ("name")
        `);
    await queryRunner.query(`
            CREATE TABLE "rule_users" (
                "rule_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                CONSTRAINT "rule_users_pkey" PRIMARY KEY ("rule_id", "user_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rule_users_user_id_idx" ON "rule_users" ("user_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "rule_user_groups" (
                "rule_id" uuid NOT NULL,
                "user_group_id" uuid NOT NULL,
                CONSTRAINT "rule_user_groups_pkey" PRIMARY KEY ("rule_id", "user_group_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rule_user_groups_user_group_id_idx" ON "rule_user_groups" ("user_group_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "rule_assets" (
                "rule_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                CONSTRAINT "rule_assets_pkey" PRIMARY KEY ("rule_id", "asset_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rule_assets_asset_id_idx" ON "rule_assets" ("asset_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "rule_asset_groups" (
                "rule_id" uuid NOT NULL,
                "asset_group_id" uuid NOT NULL,
                CONSTRAINT "rule_asset_groups_pkey" PRIMARY KEY ("rule_id", "asset_group_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rule_asset_groups_asset_group_id_idx" ON "rule_asset_groups" ("asset_group_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "rule_system_users" (
                "rule_id" uuid NOT NULL,
                "system_user_id" uuid NOT NULL,
                CONSTRAINT "rule_system_users_pkey" PRIMARY KEY ("rule_id", "system_user_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rule_system_users_system_user_id_idx" ON "rule_system_users" ("system_user_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "logins" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "last_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "revoked_at" TIMESTAMP WITH TIME ZONE,
                "address" text,
                "user_agent" text NOT NULL DEFAULT '',
                CONSTRAINT "logins_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "logins_user_id_idx" ON "logins" ("user_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "public_keys" (
                "id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "name" text NOT NULL,
                "type" text NOT NULL,
                "blob" text NOT NULL,
                "fingerprint" text NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "last_used_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "public_keys_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "public_keys_user_id_idx" ON "public_keys" ("user_id")
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "public_keys_blob_idx" ON "public_keys" ("blob")
        `);
    await queryRunner.query(`
            CREATE TABLE "settings" (
                "key" text NOT NULL,
                "value" jsonb NOT NULL,
                CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "pushes" (
                "id" uuid NOT NULL,
                "system_user_id" uuid NOT NULL,
                "mode" text NOT NULL,
                "state" text NOT NULL,
                "requested_by" text NOT NULL,
                "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
                "finished_at" TIMESTAMP WITH TIME ZONE,
                CONSTRAINT "pushes_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "pushes_system_user_id_idx" ON "pushes" ("system_user_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "push_records" (
                "id" uuid NOT NULL,
                "system_user_id" uuid NOT NULL,
                "asset_id" uuid NOT NULL,
                "push_id" uuid NOT NULL,
                "mode" text NOT NULL,
                "succeeded" boolean NOT NULL,
                "pushed_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "pushed_by" text NOT NULL,
                CONSTRAINT "push_records_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "push_records_asset_id_idx" ON "push_records" ("asset_id")
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "push_records_system_user_id_asset_id_idx" ON "push_records" ("system_user_id", "asset_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "gateways" (
                "id" uuid NOT NULL,
                "hostname" text NOT NULL,
                "internal_url" text NOT NULL,
                "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "last_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "login_attempts" (
                "id" uuid NOT NULL,
                "at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "username" text NOT NULL,
                "user_id" uuid,
                "address" text NOT NULL,
                "way" text NOT NULL,
                "method" text NOT NULL,
                "succeeded" boolean NOT NULL,
                "reason" text,
                CONSTRAINT "login_attempts_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "login_attempts_at_id_idx" ON "login_attempts" ("at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "operations" (
                "id" uuid NOT NULL,
                "at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "actor_id" uuid,
                "actor_name" text NOT NULL,
                "address" text,
                "way" text NOT NULL,
                "action" text NOT NULL,
                "subject_type" text NOT NULL,
                "subject_id" text,
                "subject_name" text NOT NULL,
                "before" jsonb,
                "after" jsonb,
                CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "operations_at_id_idx" ON "operations" ("at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "sessions" (
                "id" uuid NOT NULL,
                "kind" text NOT NULL,
                "user_id" uuid NOT NULL,
                "username" text NOT NULL,
                "asset_id" uuid NOT NULL,
                "asset_name" text NOT NULL,
                "system_user_id" uuid NOT NULL,
                "system_username" text NOT NULL,
                "source_address" text NOT NULL,
                "gateway_id" uuid NOT NULL,
                "command" text,
                "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
                "ended_at" TIMESTAMP WITH TIME ZONE,
                "end_reason" text,
                "end_detail" text,
                "exit_status" integer,
                "bytes_in" bigint NOT NULL DEFAULT '0',
                "bytes_out" bigint NOT NULL DEFAULT '0',
                "recording_path" text,
                "recording_bytes" bigint NOT NULL DEFAULT '0',
                CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_gateway_id_partial_idx" ON "sessions" ("gateway_id")
            WHERE ended_at IS NULL
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_started_at_id_idx" ON "sessions" ("started_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_asset_id_started_at_idx" ON "sessions" ("asset_id", "started_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_user_id_started_at_idx" ON "sessions" ("user_id", "started_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "sessions_online" ON "sessions" ("started_at")
            WHERE ended_at IS NULL
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_members"
            ADD CONSTRAINT "user_group_members_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "user_groups"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_members"
            ADD CONSTRAINT "user_group_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "assets"
            ADD CONSTRAINT "assets_admin_account_id_fkey" FOREIGN KEY ("admin_account_id") REFERENCES "admin_accounts"("id") ON DELETE RESTRICT ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_host_keys"
            ADD CONSTRAINT "asset_host_keys_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_groups"
            ADD CONSTRAINT "asset_groups_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "asset_groups"("id") ON DELETE RESTRICT ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_group_members"
            ADD CONSTRAINT "asset_group_members_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "asset_groups"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_group_members"
            ADD CONSTRAINT "asset_group_members_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_users"
            ADD CONSTRAINT "rule_users_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "authorization_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_users"
            ADD CONSTRAINT "rule_users_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_user_groups"
            ADD CONSTRAINT "rule_user_groups_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "authorization_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_user_groups"
            ADD CONSTRAINT "rule_user_groups_user_group_id_fkey" FOREIGN KEY ("user_group_id") REFERENCES "user_groups"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_assets"
            ADD CONSTRAINT "rule_assets_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "authorization_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_assets"
            ADD CONSTRAINT "rule_assets_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_asset_groups"
            ADD CONSTRAINT "rule_asset_groups_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "authorization_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_asset_groups"
            ADD CONSTRAINT "rule_asset_groups_asset_group_id_fkey" FOREIGN KEY ("asset_group_id") REFERENCES "asset_groups"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_system_users"
            ADD CONSTRAINT "rule_system_users_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "authorization_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_system_users"
            ADD CONSTRAINT "rule_system_users_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "logins"
            ADD CONSTRAINT "logins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "public_keys"
            ADD CONSTRAINT "public_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "pushes"
            ADD CONSTRAINT "pushes_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records"
            ADD CONSTRAINT "push_records_system_user_id_fkey" FOREIGN KEY ("system_user_id") REFERENCES "system_users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records"
            ADD CONSTRAINT "push_records_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records"
            ADD CONSTRAINT "push_records_push_id_fkey" FOREIGN KEY ("push_id") REFERENCES "pushes"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "push_records" DROP CONSTRAINT "push_records_push_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records" DROP CONSTRAINT "push_records_asset_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "push_records" DROP CONSTRAINT "push_records_system_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "pushes" DROP CONSTRAINT "pushes_system_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "public_keys" DROP CONSTRAINT "public_keys_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "logins" DROP CONSTRAINT "logins_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_system_users" DROP CONSTRAINT "rule_system_users_system_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_system_users" DROP CONSTRAINT "rule_system_users_rule_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_asset_groups" DROP CONSTRAINT "rule_asset_groups_asset_group_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_asset_groups" DROP CONSTRAINT "rule_asset_groups_rule_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_assets" DROP CONSTRAINT "rule_assets_asset_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_assets" DROP CONSTRAINT "rule_assets_rule_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_user_groups" DROP CONSTRAINT "rule_user_groups_user_group_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_user_groups" DROP CONSTRAINT "rule_user_groups_rule_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_users" DROP CONSTRAINT "rule_users_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "rule_users" DROP CONSTRAINT "rule_users_rule_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_group_members" DROP CONSTRAINT "asset_group_members_asset_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_group_members" DROP CONSTRAINT "asset_group_members_group_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_groups" DROP CONSTRAINT "asset_groups_parent_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "asset_host_keys" DROP CONSTRAINT "asset_host_keys_asset_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "assets" DROP CONSTRAINT "assets_admin_account_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_members" DROP CONSTRAINT "user_group_members_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "user_group_members" DROP CONSTRAINT "user_group_members_group_id_fkey"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."sessions_online"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."sessions_user_id_started_at_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."sessions_asset_id_started_at_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."sessions_started_at_id_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."sessions_gateway_id_partial_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "sessions"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."operations_at_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "operations"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."login_attempts_at_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "login_attempts"
        `);
    await queryRunner.query(`
            DROP TABLE "gateways"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."push_records_system_user_id_asset_id_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."push_records_asset_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "push_records"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."pushes_system_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "pushes"
        `);
    await queryRunner.query(`
            DROP TABLE "settings"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."public_keys_blob_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."public_keys_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "public_keys"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."logins_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "logins"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rule_system_users_system_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "rule_system_users"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rule_asset_groups_asset_group_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "rule_asset_groups"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rule_assets_asset_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "rule_assets"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rule_user_groups_user_group_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "rule_user_groups"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rule_users_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "rule_users"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."authorization_rules_name_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "authorization_rules"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."system_users_username_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "system_users"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."asset_group_members_asset_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "asset_group_members"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."asset_groups_parent_id_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."asset_groups_name_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "asset_groups"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."asset_host_keys_asset_id_blob_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "asset_host_keys"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."assets_admin_account_id_idx"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."assets_name_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "assets"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."admin_accounts_name_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "admin_accounts"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."user_group_members_user_id_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "user_group_members"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."user_groups_name_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "user_groups"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."users_username_idx"
        `);
    await queryRunner.query(`
            DROP TABLE "users"
        `);
  }
}
