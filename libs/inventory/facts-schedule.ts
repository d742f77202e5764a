import type { DataSource } from 'typeorm';
import type { UnitOfWork } from '#libs/database';
import { NightSchedule } from './night-schedule.js';

/** When the facts of all assets are collected by themselves (FEATURES S13). */
export class FactsSchedule extends NightSchedule {
  constructor(dataSource: DataSource, unitOfWork: UnitOfWork) {
    super(dataSource, unitOfWork, 'facts', { nightly: true, time: '02:30' });
  }
}
