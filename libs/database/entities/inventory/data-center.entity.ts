import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { DataCenterId } from '#libs/kernel';

/** Where assets stand. */
@Entity('data_centers')
export class DataCenter {
  @PrimaryColumn('uuid')
  id!: DataCenterId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  /** As the contract words it: `100 Mbit/s, BGP`. */
  @Column('text', { default: '' })
  bandwidth!: string;

  @Column('text', { default: '' })
  operator!: string;

  @Column('text', { default: '' })
  contact!: string;

  @Column('text', { default: '' })
  phone!: string;

  /** Postal. */
  @Column('text', { default: '' })
  address!: string;

  /** In CIDR notation: `10.1.0.0/16`. */
  @Column('text', { array: true, default: '{}' })
  networks!: string[];

  @Column('text', { default: '' })
  comment!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
