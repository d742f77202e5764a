import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which lists of assets sort, besides `name`. */
const SORTED = [
  'data_center_id',
  'address',
  'port',
  'active',
  'type',
  'environment',
  'status',
  'brand',
  'model',
  'os',
  'cpu_count',
  'memory_mib',
  'serial_number',
  'asset_number',
  'created_at',
  'updated_at',
];

/** Makes the list of assets fast however it is sorted and whatever is searched. */
export class AssetListIndexes1795400000012 implements MigrationInterface {
  name = 'AssetListIndexes1795400000012';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "assets_data_center_id_idx"');
    await queryRunner.query(`
            CREATE INDEX "assets_name_id_type_environment_status_active_data_center_i_idx"
            ON "assets" ("name", "id", "type", "environment", "status", "active", "data_center_id")
        `);
    for (const column of SORTED) {
      await queryRunner.query(`CREATE INDEX "assets_${column}_id_idx" ON "assets" ("${column}", "id")`);
    }
    // A database of somebody else's may lack the extension or not let it in: searching works without, slower.
    await queryRunner.query(`
            DO $$
            BEGIN
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
                CREATE INDEX "assets_search_idx" ON "assets"
                USING gin ("name" gin_trgm_ops, "address" gin_trgm_ops, "comment" gin_trgm_ops);
            EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
                RAISE NOTICE 'searching assets goes without the extension pg_trgm: %', SQLERRM;
            END
            $$
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX IF EXISTS "assets_search_idx"');
    for (const column of SORTED.toReversed()) {
      await queryRunner.query(`DROP INDEX "assets_${column}_id_idx"`);
    }
    await queryRunner.query('DROP INDEX "assets_name_id_type_environment_status_active_data_center_i_idx"');
    await queryRunner.query('CREATE INDEX "assets_data_center_id_idx" ON "assets" ("data_center_id")');
  }
}
