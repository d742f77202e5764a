import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where gateways speak SSH and by which host key they are known: the console tells people. */
export class GatewayDoors1795400000150 implements MigrationInterface {
  name = 'GatewayDoors1795400000150';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "gateways" ADD "ssh_port" integer, ADD "ssh_host_key" text
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "gateways" DROP "ssh_port", DROP "ssh_host_key"
        `);
  }
}
