import { ApiProperty } from '@nestjs/swagger';
import type { AssetDefaults } from '#libs/inventory';
import type { AdminAccountId } from '#libs/kernel';
import { IdField } from '../http/fields.js';
import { Port } from './address-field.js';

/** Default settings to store. What is left out goes back to what a fresh installation has. */
export class SetDefaults {
  @Port({ optional: true, description: '22 if left out' })
  port?: number;

  @IdField({ optional: true, nullable: true, description: 'null: none' })
  adminAccountId?: AdminAccountId | null;
}

/** What an asset uses that has no port or admin account of its own. */
export class DefaultsView implements AssetDefaults {
  @ApiProperty({ type: 'integer' })
  port!: number;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  adminAccountId!: AdminAccountId | null;
}
