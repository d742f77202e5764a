/** What a new installation needs until somebody can log in to an asset, in this order. */
export const FIRST_STEPS = [
  'password',
  'second-factor',
  'mail',
  'admin-account',
  'asset',
  'host-key',
  'system-user',
  'push',
  'rule',
  'session',
] as const;
export type FirstStep = (typeof FIRST_STEPS)[number];
