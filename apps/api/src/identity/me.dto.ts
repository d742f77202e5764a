import { ApiProperty } from '@nestjs/swagger';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, type Permission, type Role } from '#libs/contracts';
import type { Login, User } from '#libs/database';
import type { LoginLimits } from '#libs/identity';
import { Flag, Name } from '../http/fields.js';
import { Email, Language, Password, TimeZone } from './user.dto.js';

/** What users change of themselves. */
export class UpdateMe {
  @Name({ optional: true })
  name?: string;

  @Email()
  email?: string | null;

  @Language()
  language?: string | null;

  @TimeZone()
  timeZone?: string | null;

  @Flag({ optional: true, description: 'Whether the menu lists the assets used last first' })
  recentFirst?: boolean;
}

/** A new password for the own account. */
export class ChangePassword {
  @Password()
  currentPassword!: string;

  @Password({ description: '12 to 256 characters, not the user name, none of the commonest' })
  newPassword!: string;
}

/** The caller. */
export class MeView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  email!: string | null;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  role!: Role;

  @ApiProperty({ enum: PERMISSIONS, enumName: 'Permission', isArray: true })
  permissions!: Permission[];

  @ApiProperty({ type: String, nullable: true, description: 'null: as the client says' })
  language!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'IANA name; null: as the client says' })
  timeZone!: string | null;

  @ApiProperty({ description: 'Whether the menu lists the assets used last first' })
  recentFirst!: boolean;

  @ApiProperty({ description: 'Until it is changed, nothing else works' })
  mustChangePassword!: boolean;

  @ApiProperty({ description: 'Until a second factor is set up, nothing else works' })
  mustEnrol!: boolean;
}

/** How users see themselves. */
export function meView(user: User, mustEnrol = false): MeView {
  const { id, username, name, email, role, language, timeZone, recentFirst, mustChangePassword } = user;
  const permissions = [...ROLE_PERMISSIONS[role]];
  const musts = { mustChangePassword, mustEnrol };
  return { id, username, name, email, role, permissions, language, timeZone, recentFirst, ...musts };
}

/** How long logins last, and how many wrong tries an account has. */
export class LoginLimitsView implements LoginLimits {
  @ApiProperty({ type: 'integer', description: 'A login ends when nobody uses it for so long' })
  idleSeconds!: number;

  @ApiProperty({ type: 'integer', description: 'Every login ends after so long' })
  absoluteSeconds!: number;

  @ApiProperty({ type: 'integer', description: 'Wrong passwords that an account has' })
  passwordTries!: number;

  @ApiProperty({ type: 'integer', description: 'Wrong codes that an account has' })
  codeTries!: number;

  @ApiProperty({ type: 'integer', description: 'For how long tries count, from the first one on' })
  triesSeconds!: number;
}

/** A login of the caller that counts now. */
export class LoginView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  lastSeenAt!: Date;

  @ApiProperty({ type: Date, description: 'When it ends at the latest' })
  expiresAt!: Date;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  @ApiProperty()
  userAgent!: string;

  @ApiProperty({ description: 'Whether it is the one that asks' })
  current!: boolean;
}

/** The logins of the caller that count now. */
export class LoginList {
  @ApiProperty({ type: LoginView, isArray: true })
  items!: LoginView[];

  @ApiProperty({ type: 'integer' })
  total!: number;
}

/** How logins are shown to their owner. */
export function loginList(logins: readonly Login[], current: Login | null): LoginList {
  const items = logins.map(({ id, createdAt, lastSeenAt, expiresAt, address, userAgent }) => {
    return { id, createdAt, lastSeenAt, expiresAt, address, userAgent, current: id === current?.id };
  });
  return { items, total: items.length };
}
