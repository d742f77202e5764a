import type { AuditProblem, AuditVerdict } from '#libs/session-audit';

const FAULT_WORDS: Readonly<Record<AuditProblem['fault'], string>> = {
  changed: 'was changed after it was sealed',
  removed: 'was removed',
  reordered: 'is not in its place: the order was changed',
  returned: 'stands there although retention deleted it',
  truncated: 'is where the end was cut off: later records were signed and are gone',
  unsigned: 'is covered by no signature',
  'signature wrong': 'has a signature that none of the trusted keys made',
  'key unknown': 'is signed by a key that no trusted key vouches for',
  'seal changed': 'has a seal that was changed',
  'not sealed': 'was never sealed: it was put there past the product, or its seal was taken',
  'recording changed': 'has a file that was changed or cut',
  'recording missing': 'has no file any more',
};

/** The first bad record in one line: kind, id, place, what is wrong. */
export function problemLine({ fault, seq, kind, id }: AuditProblem): string {
  const what = kind === null ? 'record' : `${kind}${id === null ? '' : ` ${id}`}`;
  const place = seq === null ? '' : ` (#${seq})`;
  return `not whole: ${what}${place} ${FAULT_WORDS[fault]} [${fault}]`;
}

/** What was checked, in one line. */
export function wholeLine(verdict: AuditVerdict, seconds: number): string {
  const { records, recordings, recordingBytes, missingBefore } = verdict;
  const size = `${(recordingBytes / 1024 ** 2).toFixed(1)} MiB`;
  const missing =
    missingBefore === 0 ? '' : `; ${missingBefore} recordings were gone before they were sealed`;
  return `whole: ${records} records, ${recordings} recordings (${size}) in ${seconds.toFixed(1)} s${missing}`;
}
