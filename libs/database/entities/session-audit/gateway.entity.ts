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

  /** Where its SSH listens; null: not yet. */
  @Column('integer', { nullable: true })
  sshPort!: number | null;

  /** `ssh-ed25519 AAAA…`, what SSH clients are shown; null: it does not listen yet. */
  @Column('text', { nullable: true })
  sshHostKey!: string | null;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  lastSeenAt!: Date;
}
