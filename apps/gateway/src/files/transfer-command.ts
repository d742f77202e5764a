import type { Action, TransferDirection } from '#libs/contracts';
import { shellWords } from './shell-words.js';

/** A command line that moves files: what clients of scp and rsync run on the other side. */
export interface TransferCommand {
  protocol: 'scp' | 'rsync';
  direction: TransferDirection;
  /** Paths on the asset, as given. */
  paths: readonly string[];
  /** The target is surely a folder. */
  intoFolder: boolean;
  /** Nothing in it can do more than move files. */
  plain: boolean;
}

/** The far end of scp: `scp -t` takes, `scp -f` gives; the other letters change how, not what. */
const SCP_OPTIONS = /^-[vrpdqtf]+$/;
/** Clusters of rsync's far end, with the letters of its protocol after `e`. `M` and `s` would bring options unseen. */
const RSYNC_LETTERS = /^-[A-LN-Za-rt-z]+(\.[A-Za-z]*)?$/;
/** Long options of rsync's far end that name no file of their own and run nothing. */
const RSYNC_OPTIONS = new Set([
  ...['server', 'sender', 'numeric-ids', 'inplace', 'append', 'append-verify', 'partial', 'delay-updates'],
  ...['delete', 'delete-before', 'delete-during', 'delete-after', 'delete-delay', 'delete-excluded'],
  ...['delete-missing-args', 'ignore-missing-args', 'force', 'max-delete', 'ignore-errors', 'existing'],
  ...['ignore-existing', 'size-only', 'modify-window', 'max-size', 'min-size', 'timeout', 'bwlimit'],
  ...[
    'checksum-choice',
    'checksum-seed',
    'compress-choice',
    'compress-level',
    'new-compress',
    'old-compress',
  ],
  ...['skip-compress', 'block-size', 'whole-file', 'no-whole-file', 'no-W', 'no-implied-dirs', 'no-r'],
  ...['copy-unsafe-links', 'safe-links', 'munge-links', 'copy-dirlinks', 'keep-dirlinks', 'specials'],
  ...['devices', 'sparse', 'preallocate', 'open-noatime', 'mkpath', 'list-only', 'dirs', 'no-inc-recursive'],
  ...['log-format', 'out-format', 'stats', 'suffix', 'fuzzy', 'use-qsort', 'iconv', 'stop-at', 'stop-after'],
  ...['msgs2stderr', 'no-msgs2stderr', 'prune-empty-dirs', 'relative'],
]);
/** Only where the system looks by itself: any other file of that name could be anything. */
const PROGRAMS = /^(?:\/usr\/bin\/|\/bin\/)?(scp|rsync)$/;

/** Reads the far end's command line of scp and rsync; null for every other command, however it moves bytes. */
export function readTransferCommand(command: string): TransferCommand | null {
  const words = shellWords(command);
  const [program = '', ...rest] = words ?? [];
  const name = PROGRAMS.exec(program)?.[1];
  if (name === 'scp') return readScp(rest);
  return name === 'rsync' ? readRsync(rest) : null;
}

/**
 * What a session with this command needs. A far end of scp or rsync is an upload or a download and no command, unless
 * its options could do more than that.
 */
export function actionsOf(command: TransferCommand | null): readonly [Action, ...Action[]] {
  if (!command) return ['exec'];
  return command.plain ? [command.direction] : [command.direction, 'exec'];
}

function readScp(words: readonly string[]): TransferCommand | null {
  const { options, paths } = split(words);
  const letters = options.filter((word) => !word.startsWith('--')).join('');
  const gives = letters.includes('f');
  if (gives === letters.includes('t') || paths.length === 0) return null;
  return {
    protocol: 'scp',
    direction: gives ? 'download' : 'upload',
    paths,
    intoFolder: letters.includes('d') || (paths[0]?.endsWith('/') ?? false),
    plain: options.every((word) => SCP_OPTIONS.test(word)) && (gives || paths.length === 1),
  };
}

function readRsync(words: readonly string[]): TransferCommand | null {
  const { options, paths } = split(words);
  if (!options.includes('--server') || options.includes('--daemon')) return null;
  const plain = options.every((word) =>
    word.startsWith('--')
      ? RSYNC_OPTIONS.has(word.slice(2).split('=', 1)[0] ?? '')
      : RSYNC_LETTERS.test(word),
  );
  return {
    protocol: 'rsync',
    direction: options.includes('--sender') ? 'download' : 'upload',
    // the far end's first argument is a dot that stands for nothing
    paths: paths[0] === '.' ? paths.slice(1) : paths,
    intoFolder: true,
    plain,
  };
}

function split(words: readonly string[]): { options: string[]; paths: string[] } {
  const end = words.findIndex((word) => word === '--' || !word.startsWith('-') || word === '-');
  if (end < 0) return { options: [...words], paths: [] };
  return { options: words.slice(0, end), paths: words.slice(words[end] === '--' ? end + 1 : end) };
}
