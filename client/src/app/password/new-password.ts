import { type SchemaPath, required, validate } from '@angular/forms/signals';
import { PASSWORD_MIN } from '#libs/contracts';

/** The checks of a new password that need no server: its length in characters, and that both are the same. */
export function checkNewPassword(path: {
  newPassword: SchemaPath<string>;
  repeated: SchemaPath<string>;
}): void {
  required(path.newPassword);
  validate(path.newPassword, ({ value }) =>
    value() !== '' && [...value()].length < PASSWORD_MIN ? { kind: 'short_password' } : undefined,
  );
  validate(path.repeated, ({ value, valueOf }) =>
    value() === valueOf(path.newPassword) ? undefined : { kind: 'differs' },
  );
}
