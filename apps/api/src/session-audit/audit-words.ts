import {
  operationField,
  operationSubject,
  operationTold,
  operationValue,
  operationVerb,
  type OperationReader,
} from '#libs/contracts';
import type { AuditList } from '#libs/session-audit';
import type { SheetLanguage } from '../sheets/columns.js';
import words from './audit-words.json' with { type: 'json' };

/** By list and field: sections of the language files with the words for the field's codes. */
const SECTIONS: Readonly<Record<AuditList, Readonly<Record<string, string>>>> = {
  sessions: { kind: 'sessionKind', endReason: 'ended' },
  commands: { kind: 'commands.kinds' },
  'file-transfers': {
    direction: 'fileTransfers.directions',
    change: 'fileTransfers.changes',
    result: 'fileTransfers.results',
  },
  'login-attempts': { reason: 'loginReason', way: 'loginWay', method: 'loginMethod' },
  operations: { subjectType: 'operations.subjects', way: 'operations.ways' },
};

/** Gives rows of a list as people who read this language say it: what is no code of ours stays as it is. */
export function saidIn(
  list: AuditList,
  language: SheetLanguage,
): (row: Record<string, unknown>) => Record<string, unknown> {
  const known: Readonly<Record<string, string>> = words[language];
  const word = (key: string): string | undefined => (Object.hasOwn(known, key) ? known[key] : undefined);
  const sections = SECTIONS[list];
  return (row) => {
    const reader = { word, names: namesOf(row), moment: (iso: string) => iso };
    return Object.fromEntries(
      Object.entries(row).map(([field, value]) => {
        if (list === 'operations' && field === 'action') return [field, operationVerb(String(value), reader)];
        const section = sections[field];
        if (section !== undefined && typeof value === 'string')
          return [field, word(`${section}.${codeOf(list, field, value)}`) ?? value];
        if (list === 'operations' && field === 'subjectName') return [field, subjectOf(row, reader)];
        return [field, cell(value, reader)];
      }),
    );
  };
}

/** Reasons of logins are stored with blanks. */
function codeOf(list: AuditList, field: string, value: string): string {
  return list === 'login-attempts' && field === 'reason' ? value.replaceAll(' ', '_') : value;
}

function subjectOf(
  { subjectType, subjectId, subjectName }: Record<string, unknown>,
  reader: OperationReader,
): string {
  const id = typeof subjectId === 'string' ? subjectId : null;
  return operationSubject(
    { subjectType: String(subjectType), subjectId: id, subjectName: String(subjectName) },
    reader,
  );
}

function namesOf({ names }: Record<string, unknown>): Record<string, string> {
  if (typeof names !== 'object' || names === null) return {};
  return Object.fromEntries(Object.entries(names).map(([id, name]) => [id, String(name)]));
}

/** Moments as ISO 8601; what an operation changed as a line for each field. */
function cell(value: unknown, reader: OperationReader): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([field, each]) =>
      operationTold(operationField(field, reader), operationValue(field, each, reader), reader),
    )
    .join('\n');
}
