import { z } from 'zod';

/** What a crowd opens: `size` interactive sessions, each over a connection of its own. */
export const crowdOrder = z.object({
  address: z.string(),
  port: z.number(),
  username: z.string(),
  keyFile: z.string(),
  size: z.number(),
  /** A command instead of the login shell, on a pty. */
  command: z.string().optional(),
  /** A jump host to go through, as ssh -J does. */
  through: z.object({ address: z.string(), port: z.number(), username: z.string() }).optional(),
  /** What each session types once, when it is open. */
  typed: z.string().optional(),
  /** Each session types one key in this many milliseconds. Absent: idle. */
  typeEveryMs: z.number().optional(),
});
export type CrowdOrder = z.infer<typeof crowdOrder>;

export const crowdReport = z.union([z.object({ open: z.number() }), z.object({ failed: z.string() })]);
