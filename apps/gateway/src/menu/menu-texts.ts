import type { BatchFailure, Doorway, TransferDirection } from '#libs/contracts';
import type { FileFault } from '../web-files/file-failure.js';
import type { ZmodemFault } from '../zmodem/zmodem-end.js';

/** What is said while assets are chosen for something. */
export interface PurposeTexts {
  noAccount: string;
  chooseAccount: string;
  withheld: (count: number) => string;
  confirm: (assets: string) => string;
}

/** Everything that the menu says, in one language. */
export interface MenuTexts {
  welcome: (name: string) => string;
  hint: string;
  /** By key: what is typed, and what it does. */
  help: Record<
    | 'list'
    | 'row'
    | 'search'
    | 'groups'
    | 'group'
    | 'favourites'
    | 'recent'
    | 'next'
    | 'before'
    | 'batch'
    | 'upload'
    | 'download'
    | 'help'
    | 'quit'
    | 'find',
    readonly [string, string]
  >;
  /** The ways past the menu. */
  past: (doorway: Doorway) => readonly string[];
  more: string;
  /** Said before the menu ends by itself. */
  idle: string;
  /** A line was longer than so many characters. */
  overlong: (limit: number) => string;
  columns: {
    number: string;
    name: string;
    address: string;
    port: string;
    systemUsers: string;
    comment: string;
  };
  counted: (from: number, to: number, total: number) => string;
  paging: string;
  noAssets: string;
  nothingFound: (text: string) => string;
  groups: { key: string; name: string; assets: string };
  noGroups: string;
  noSuchGroup: (number: number) => string;
  emptyGroup: string;
  noFavourites: string;
  /** Said when the order was turned. */
  order: (recentFirst: boolean) => string;
  noSuchRow: (number: number) => string;
  listFirst: string;
  chooseSystemUser: (asset: string) => string;
  connecting: (systemUser: string, asset: string) => string;
  back: string;
  assets: (count: number) => string;
  /** Choosing assets for something that is done on many. */
  targets: {
    patternHelp: string;
    askPattern: string;
    nothing: string;
    tooMany: (count: number, limit: number) => string;
    /** By the code of the field's error. */
    faults: Readonly<Partial<Record<string, string>>>;
    /** By what is to be done. */
    of: Readonly<Record<'exec' | TransferDirection, PurposeTexts>>;
  };
  batch: {
    progress: (done: number, all: number) => string;
    /** Its output is the same as that which was shown of this asset. */
    sameAs: (asset: string) => string;
    exit: (status: number) => string;
    signal: (name: string) => string;
    stopped: string;
    cut: (bytes: number) => string;
    over: (seconds: string) => string;
    failures: Readonly<Record<BatchFailure, string>>;
  };
  files: {
    askFolder: string;
    askReplace: string;
    startUpload: string;
    askPaths: string;
    badPaths: string;
    startDownload: string;
    bytes: (count: number) => string;
    files: (count: number, bytes: string) => string;
    done: string;
    failed: string;
    badName: string;
    tooBig: string;
    tooManyFiles: (limit: number) => string;
    notWanted: string;
    nothingCame: string;
    over: string;
    /** How the exchange with the terminal program ended early. */
    faults: Readonly<Record<ZmodemFault, string>>;
    /** By the code of the run's entry. */
    failures: Readonly<Record<`file_${FileFault}`, string>>;
  };
  bye: string;
  failed: string;
  /** With the console's address; null: it is not known. */
  mustChangePassword: (console: string | null) => string;
  codePrompt: string;
  /** With the console's address; null: it is not known. Beyond ASCII it is shown as a prompt, which wants Enter. */
  enrolFirst: (console: string | null) => string;
}
