import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One group of settings that admins change, by its key (`defaults`). Secrets never stand here unsealed. */
@Entity('settings')
export class Setting {
  @PrimaryColumn('text')
  key!: string;

  @Column('jsonb')
  value!: Record<string, unknown>;
}
