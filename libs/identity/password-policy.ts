import { randomInt } from 'node:crypto';
import { PASSWORD_MIN } from '#libs/contracts';
import { faultWith, ValidationFailed, type Fault } from '#libs/kernel';

/** The most characters of a password. */
export const PASSWORD_MAX = 256;

/** Of the commonest passwords those that are long enough to pass otherwise, in lower case. */
const COMMONEST = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789123',
  '123123123123',
  '111111111111',
  '000000000000',
  '112233445566',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  'qwertyuiop[]',
  'qwertyuiopas',
  'qwerty123456',
  'qwertyuiop123',
  'qwerty1234567',
  'asdfghjkl123',
  'abcdefghijkl',
  'abcdef123456',
  'abcd12345678',
  'abc123456789',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'p@ssw0rd1234',
  'p@ssword1234',
  'iloveyou1234',
  'changeme1234',
  'changeme12345',
  'changemeplease',
  'administrator',
  'administrator1',
  'admin1234567',
  'admin12345678',
  'adminadminadmin',
  'letmein12345',
  'welcome12345',
  'welcome123456',
  'root12345678',
  'woaini1314520',
  'a123456789012',
  'aaaaaaaaaaaa',
  'gatehouse123',
  'gatehouse1234',
]);

/** Whether a password may be chosen, else what is wrong with it. */
export function passwordFault(password: string, username: string): Fault | null {
  const length = [...password].length;
  if (length < PASSWORD_MIN) {
    return faultWith('too_short', `Use at least ${PASSWORD_MIN} characters.`, { min: PASSWORD_MIN });
  }
  if (length > PASSWORD_MAX) {
    return faultWith('too_long', `Use at most ${PASSWORD_MAX} characters.`, { max: PASSWORD_MAX });
  }
  const lower = password.toLowerCase();
  if (lower === username.toLowerCase()) {
    return { code: 'same_as_username', message: "Don't use the user name as the password." };
  }
  if (COMMONEST.has(lower) || new Set(lower).size === 1) {
    return { code: 'too_common', message: 'This password is one of the commonest; choose another.' };
  }
  return null;
}

/** @throws ValidationFailed at `field` when the password may not be chosen. */
export function assertGoodPassword(password: string, username: string, field = 'password'): void {
  const fault = passwordFault(password, username);
  if (fault) throw ValidationFailed.at(field, fault);
}

/** Letters and digits that can't be taken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A password to be used once: four groups of five characters, 115 bits. */
export function makeOneTimePassword(): string {
  const group = (): string =>
    Array.from({ length: 5 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return [group(), group(), group(), group()].join('-');
}
