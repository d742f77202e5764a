import { z } from 'zod';
import { SEAL_KINDS } from './seal.js';
import { FAULTS } from './verify.js';

/** What a check of the rows found. */
export const auditCheck = z.object({
  at: z.coerce.date(),
  records: z.number(),
  problem: z
    .object({
      fault: z.enum(FAULTS),
      seq: z.number().nullable(),
      kind: z.enum([...SEAL_KINDS, 'checkpoint', 'export']).nullable(),
      id: z.string().nullable(),
    })
    .nullable(),
});
export type AuditCheck = z.infer<typeof auditCheck>;

/** The same with whose it is: an api signs this. */
export const checkStatement = auditCheck.extend({
  apiId: z.uuid(),
  /** Name of its machine. */
  api: z.string(),
  /** Counts the checks of this api: an earlier one can't stand for a later one. */
  number: z.number().int().positive(),
});
export type CheckStatement = z.infer<typeof checkStatement>;

/** A statement with its signature, as others get it. */
export const signedCheck = z.object({
  apiId: z.string(),
  statement: z.string(),
  keyId: z.string(),
  signature: z.string(),
});
export type SignedCheck = z.infer<typeof signedCheck>;

/** What a signed text says; null: it is no statement of that api. */
export function readStatement({ apiId, statement }: SignedCheck): CheckStatement | null {
  try {
    const said = checkStatement.parse(JSON.parse(statement));
    return said.apiId === apiId ? said : null;
  } catch {
    return null; // whoever wrote it, it says nothing
  }
}
