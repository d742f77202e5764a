import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An asset's MAC addresses that it told are known from those typed in; a mail's user keeps their name when they go. */
export class ToldAndKept1795400000220 implements MigrationInterface {
  name = 'ToldAndKept1795400000220';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "assets" ADD "told_mac_addresses" text array NOT NULL DEFAULT '{}'
        `);
    // until now all of them were replaced by what was told
    await queryRunner.query(`
            UPDATE assets a SET told_mac_addresses = ARRAY(
              SELECT mac FROM jsonb_array_elements_text(c.after) AS mac
              WHERE mac = ANY(a.mac_addresses) AND NOT c.before @> to_jsonb(mac))
            FROM (SELECT DISTINCT ON (asset_id) asset_id, before, after FROM asset_changes
                  WHERE field = 'macAddresses' AND source = 'facts' ORDER BY asset_id, at DESC, id DESC) c
            WHERE c.asset_id = a.id
        `);
    await queryRunner.query('ALTER TABLE "mails" ADD "username" text');
    await queryRunner.query('UPDATE mails m SET username = u.username FROM users u WHERE u.id = m.user_id');
    await queryRunner.query('ALTER TABLE "mails" ALTER COLUMN "username" SET NOT NULL');
    await queryRunner.query('ALTER TABLE "mails" DROP CONSTRAINT "mails_user_id_fkey"');
    await queryRunner.query('ALTER TABLE "mails" ALTER COLUMN "user_id" DROP NOT NULL');
    await queryRunner.query(`
            ALTER TABLE "mails" ADD CONSTRAINT "mails_user_id_fkey"
            FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DELETE FROM "mails" WHERE "user_id" IS NULL');
    await queryRunner.query('ALTER TABLE "mails" DROP CONSTRAINT "mails_user_id_fkey"');
    await queryRunner.query('ALTER TABLE "mails" ALTER COLUMN "user_id" SET NOT NULL');
    await queryRunner.query(`
            ALTER TABLE "mails" ADD CONSTRAINT "mails_user_id_fkey"
            FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
        `);
    await queryRunner.query('ALTER TABLE "mails" DROP COLUMN "username"');
    await queryRunner.query('ALTER TABLE "assets" DROP COLUMN "told_mac_addresses"');
  }
}
