import { z } from 'zod';
import type { Permission, TerminalClientEvents } from '#libs/contracts';

/** What each event of a terminal socket needs. What isn't here is not listened to. */
export const TERMINAL_EVENTS: Readonly<Record<keyof TerminalClientEvents, Permission>> = {
  open: 'own.use',
  resume: 'own.use',
  input: 'own.use',
  resize: 'own.use',
  received: 'own.use',
  close: 'own.use',
};

const cells = z.number().int().min(1).max(1000);

/** Sockets are an edge: everything that comes in is checked by these. */
export const terminalSchemas = {
  open: z.strictObject({ assetId: z.uuid(), systemUserId: z.uuid(), columns: cells, rows: cells }),
  resume: z.strictObject({
    terminalId: z.uuid(),
    resumeToken: z.string().max(100),
    received: z.number().int().min(0),
    columns: cells,
    rows: cells,
  }),
  input: z.instanceof(Uint8Array).refine((data) => data.length <= 64 * 1024),
  resize: z.strictObject({ columns: cells, rows: cells }),
  received: z.number().int().min(0),
};
