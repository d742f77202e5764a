import { ApiProperty } from '@nestjs/swagger';
import type { Gateway } from '#libs/database';
import { fingerprintOf } from '#libs/kernel';

/** How the gateways are reached by SSH. */
export class SshDoorView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Name of the public address; null: none is set, the one by which the API is reached',
  })
  host!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'null: no gateway answers now' })
  port!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Public host key as a line of OpenSSH, `ssh-ed25519 AAAA…`; null: no gateway answers now',
  })
  hostKey!: string | null;

  @ApiProperty({ type: String, nullable: true, description: '`SHA256:…` of the host key' })
  fingerprint!: string | null;
}

/** All gateways of an installation have one host key; the first that tells of it speaks for all. */
export function sshDoorView(gateways: readonly Gateway[], publicUrl: string | null): SshDoorView {
  const told = gateways.find(({ sshPort, sshHostKey }) => sshPort !== null && sshHostKey !== null);
  const hostKey = told?.sshHostKey ?? null;
  return {
    host: publicUrl === null ? null : new URL(publicUrl).hostname.replace(/^\[|\]$/g, ''),
    port: told?.sshPort ?? null,
    hostKey,
    fingerprint: hostKey && fingerprintOf(Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')),
  };
}
