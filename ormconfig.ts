import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#libs/database';

/** For the TypeORM command line only; the product reads its own settings. */
export default new DataSource(
  dataSourceOptions(process.env['GATEHOUSE_DATABASE_URL'] ?? 'postgres://localhost/gatehouse'),
);
