import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GatewayId } from '#libs/kernel';

/** A gateway process. One whose `lastSeenAt` is old is lost, and its sessions with it. */
@Entity('gateways')
export class Gateway {
  @PrimaryColumn('uuid')
  id!: GatewayId;

  @Column('text')
  hostname!: string;

  /** Where the api passes terminal sockets on to: `http://127.0.0.1:40123`. */
  @Column('text')
  internalUrl!: string;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  lastSeenAt!: Date;
}
