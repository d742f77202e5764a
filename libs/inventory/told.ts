import { z } from 'zod';

/** Fields of what gateways tell: in English, and by code. Sentences of earlier versions have none. */
export const told = {
  message: z.string(),
  code: z.string().optional(),
  params: z.record(z.string(), z.string()).optional(),
};
