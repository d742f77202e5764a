import type { DataSource } from 'typeorm';
import type { UnitOfWork } from '#libs/database';
import { NightSchedule } from '#libs/inventory';

/** When all that was pushed is looked at for drift by itself (FEATURES P15). */
export class DriftSchedule extends NightSchedule {
  constructor(dataSource: DataSource, unitOfWork: UnitOfWork) {
    super(dataSource, unitOfWork, 'drift', { nightly: true, time: '03:30' });
  }
}
