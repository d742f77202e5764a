import { type SchemaPath, pattern } from '@angular/forms/signals';

/** The field holds digits only, or nothing. */
export function wholeNumber(path: SchemaPath<string>): void {
  pattern(path, /^\s*\d*\s*$/, { error: { kind: 'not_a_number' } });
}
