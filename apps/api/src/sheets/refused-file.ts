import type { StreamableFile } from '@nestjs/common';
import type { SheetFormat } from '#libs/contracts';
import { harmless } from './harmless.js';
import type { RefusedRows } from './import-desk.js';
import { sendSheet } from './sheet-writer.js';
import type { WrittenCell } from './xlsx-writer.js';

const REASONS = { en: 'Reason for refusal', 'zh-CN': '拒绝原因' };
const SHEET = { en: 'Refused', 'zh-CN': '被拒绝的行' };
const WIDTH = 22;
const REASON_WIDTH = 80;

/** Refused rows as they were, with the reasons in a last column, whose header an import doesn't know. */
export function sendRefused(name: string, format: SheetFormat, refused: RefusedRows): StreamableFile {
  const { headers, rows, language } = refused;
  const written = rows.map(({ cells, reasons }) => [...cells.map(asUploaded), reasons]);
  return sendSheet({
    name,
    format,
    sheets: [
      {
        name: SHEET[language],
        header: [...headers.map(harmless), REASONS[language]],
        widths: [...headers.map(() => WIDTH), REASON_WIDTH],
        rows: once(written),
      },
    ],
  });
}

/** The mark that clears a field is no formula; what else looks like one is made harmless. */
function asUploaded(cell: string): string {
  return cell.trim() === '-' ? '-' : harmless(cell);
}

async function* once(rows: WrittenCell[][]): AsyncGenerator<WrittenCell[][], void> {
  yield rows;
}
