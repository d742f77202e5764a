/** What a spreadsheet is imported as. */
export const IMPORT_KINDS = ['assets', 'users'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** What becomes of a row: `refused` rows change nothing and say why. */
export const IMPORT_OUTCOMES = ['added', 'changed', 'unchanged', 'refused'] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

/** Where an import stands: `checked` has changed nothing yet. */
export const IMPORT_STATES = ['checked', 'running', 'done'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** Files that lists are exported as. */
export const SHEET_FORMATS = ['xlsx', 'csv'] as const;
export type SheetFormat = (typeof SHEET_FORMATS)[number];
