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
/**
 * Clusters of rsync's far end, with the letters of its protocol behind `e.`. `M` and `s` would bring options unseen; `B`,
 * `T`, `f` and a bare `e` take the next word, which may look like an option and be none.
 */
const RSYNC_LETTERS = /^-(?=.)[AC-LN-SU-Za-dg-rt-z]*(e\.[A-Za-z]*)?$/;
/** Long options of rsync's far end that name no file of their own and run nothing. */
const RSYNC_FLAGS = new Set([
  ...['server', 'sender', 'numeric-ids', 'inplace', 'append', 'append-verify', 'partial', 'delay-updates'],
  ...['delete', 'delete-before', 'delete-during', 'delete-after', 'delete-delay', 'delete-excluded'],
  ...['delete-missing-args', 'ignore-missing-args', 'force', 'ignore-errors', 'existing', 'ignore-existing'],
  ...['size-only', 'new-compress', 'old-compress', 'whole-file', 'no-whole-file', 'no-W', 'no-implied-dirs'],
  ...['no-r', 'copy-unsafe-links', 'safe-links', 'munge-links', 'copy-dirlinks', 'keep-dirlinks', 'specials'],
  ...['devices', 'sparse', 'preallocate', 'open-noatime', 'mkpath', 'list-only', 'dirs', 'no-inc-recursive'],
  ...['stats', 'fuzzy', 'use-qsort', 'msgs2stderr', 'no-msgs2stderr', 'prune-empty-dirs', 'relative'],
]);
/** The same with a value, which must stand in the same word: else the next one is taken for it. */
const RSYNC_VALUES = new Set([
  ...['max-delete', 'modify-window', 'max-size', 'min-size', 'timeout', 'bwlimit', 'checksum-choice'],
  ...['checksum-seed', 'compress-choice', 'compress-level', 'skip-compress', 'block-size', 'log-format'],
  ...['out-format', 'suffix', 'iconv', 'stop-at', 'stop-after'],
]);
/** Only where the system looks by itself: any other file of that name could be anything. */
const PROGRAMS = /^(?:\/usr\/bin\/|\/bin\/)?(scp|rsync)$/;

/** Where systems keep the far end of SFTP, for clients that ask for it by its path (`sftp -s`). */
const SFTP_SERVERS = new Set([
  ...['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server', '/usr/libexec/sftp-server'],
  ...['/usr/lib/ssh/sftp-server', '/usr/lib/sftp-server'],
]);

/** Whether the command is the far end of SFTP and nothing else: what it carries is SFTP, as that of the subsystem. */
export function isSftpServer(command: string): boolean {
  return SFTP_SERVERS.has(command.trim());
}

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
  const { options, paths, surely } = split(words);
  const letters = options.filter((word) => !word.startsWith('--')).join('');
  const gives = letters.includes('f');
  if (gives === letters.includes('t') || paths.length === 0) return null;
  // who gives has no option that does more, whatever a pattern comes to
  const asRead = gives ? surely !== 'mixed' : surely === 'so' && paths.length === 1;
  return {
    protocol: 'scp',
    direction: gives ? 'download' : 'upload',
    paths,
    intoFolder: letters.includes('d') || (paths[0]?.endsWith('/') ?? false),
    plain: asRead && options.every((word) => SCP_OPTIONS.test(word)),
  };
}

function readRsync(words: readonly string[]): TransferCommand | null {
  const { options, paths, surely } = split(words);
  if (!options.includes('--server') || options.includes('--daemon')) return null;
  return {
    protocol: 'rsync',
    direction: options.includes('--sender') ? 'download' : 'upload',
    // the far end's first argument is a dot that stands for nothing
    paths: paths[0] === '.' ? paths.slice(1) : paths,
    intoFolder: true,
    plain: surely === 'so' && options.every(isPlainForRsync),
  };
}

function isPlainForRsync(word: string): boolean {
  if (!word.startsWith('--')) return RSYNC_LETTERS.test(word);
  const [name = '', value] = word.slice(2).split('=', 2);
  return (value === undefined ? RSYNC_FLAGS : RSYNC_VALUES).has(name);
}

/** Words of a command line as getopt sees them. */
interface SplitWords {
  options: string[];
  paths: string[];
  /**
   * `mixed`: an option stands behind a path, where some systems look for options (GNU's getopt, popt) and others don't;
   * `pattern`: the shell may make options of a word, as a file may be called `-x`.
   */
  surely: 'so' | 'mixed' | 'pattern';
}

function split(words: readonly string[]): SplitWords {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';
  const firstPath = before.findIndex((word) => !isOption(word));
  const options = before.filter(isOption);
  const early = before.filter((word) => !isOption(word));
  const isMixed = firstPath >= 0 && (end >= 0 || before.slice(firstPath).some(isOption));
  const pattern = early.some((word) => /^[*?[{]/.test(word)) ? 'pattern' : 'so';
  return {
    options,
    paths: [...early, ...(end < 0 ? [] : words.slice(end + 1))],
    surely: isMixed ? 'mixed' : pattern,
  };
}
