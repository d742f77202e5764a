import { ApiProperty, PartialType } from '@nestjs/swagger';
import { CONNECTION_STEPS, type ConnectionStep, type ConnectionTest } from '#libs/contracts';
import type { AssetScan, PinnedHostKey } from '#libs/inventory';
import { HostKeyLines } from './asset.dto.js';
import { Address, Port } from './address-field.js';
import { ToldView } from '../runs/told.dto.js';

/** The host keys to accept from now on. */
export class HostKeyPins {
  @HostKeyLines()
  hostKeys!: string[];
}

/** A pinned host key. */
export class PinnedHostKeyView implements PinnedHostKey {
  @ApiProperty({ example: 'ssh-ed25519' })
  type!: string;

  @ApiProperty({ description: 'OpenSSH line' })
  publicKey!: string;

  @ApiProperty({ example: 'SHA256:…', description: 'As OpenSSH prints it' })
  fingerprint!: string;

  @ApiProperty({ type: Date })
  pinnedAt!: Date;

  @ApiProperty({ description: 'Name of who pinned it' })
  pinnedBy!: string;
}

/** The host keys that are accepted from an asset. */
export class PinnedHostKeysView {
  @ApiProperty({ type: String, isArray: true, description: 'OpenSSH lines, as PUT takes them' })
  hostKeys!: string[];

  @ApiProperty({ type: PinnedHostKeyView, isArray: true })
  pins!: PinnedHostKeyView[];
}

/** The answer that lists pins. */
export function pinnedHostKeysView(pins: PinnedHostKey[]): PinnedHostKeysView {
  return { hostKeys: pins.map((pin) => pin.publicKey), pins };
}

/** Where to look for host keys of an asset that isn't stored yet. */
export class ScanTarget {
  @Address()
  address!: string;

  @Port({ optional: true, nullable: true, description: 'null: the port of the default settings' })
  port?: number | null;
}

/** A host key that an asset offers. */
export class OfferedHostKeyView {
  @ApiProperty({ example: 'ssh-ed25519' })
  type!: string;

  @ApiProperty({ description: 'OpenSSH line' })
  publicKey!: string;

  @ApiProperty({ example: 'SHA256:…', description: 'Compare it with what the host itself says' })
  fingerprint!: string;

  @ApiProperty({ description: 'Whether it is accepted already' })
  pinned!: boolean;
}

/** What an asset offers now, or at which step looking failed, and why. Nothing is pinned by it. */
export class HostKeyScanView extends PartialType(ToldView) {
  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: OfferedHostKeyView, isArray: true, required: false, description: 'When ok' })
  keys?: OfferedHostKeyView[];

  @ApiProperty({
    enum: CONNECTION_STEPS,
    enumName: 'ConnectionStep',
    required: false,
    description: 'When not ok: where it failed',
  })
  step?: ConnectionStep;
}

/** The scan as an answer. */
export function hostKeyScanView(scan: AssetScan): HostKeyScanView {
  return scan;
}

/** One step of a connection. */
export class ConnectionStepView extends ToldView {
  @ApiProperty({ enum: CONNECTION_STEPS, enumName: 'ConnectionStep' })
  step!: ConnectionStep;

  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: 'integer', description: 'Time that it took' })
  ms!: number;
}

/** The steps of a connection that were made; when it failed, the last one says why. */
export class ConnectionTestView implements ConnectionTest {
  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: ConnectionStepView, isArray: true })
  steps!: ConnectionStepView[];
}
