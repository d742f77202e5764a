import { FILE_RUN_LIMITS } from '#libs/contracts';
import { newId } from '#libs/kernel';
import { FileRun, type FileRuns } from '../many-files/file-run.js';
import { spread } from '../many-files/fan-out.js';
import type { FileDesk } from '../web-files/file-desk.js';
import { FileFailure } from '../web-files/file-failure.js';
import { MAX_FILE_BYTES } from '../zmodem/zmodem-limits.js';
import { ZmodemReceiver, type OfferedFile } from '../zmodem/zmodem-receiver.js';
import { sendFiles } from './file-sending.js';
import { readPaths, safeName } from './file-words.js';
import { runLines } from './file-results.js';
import type { MenuScreen } from './menu-screen.js';
import { plain } from './plain-text.js';
import { isYes, TargetChooser, type Choice, type TargetChooserParts } from './target-chooser.js';
import { overZmodem } from './zmodem-terminal.js';

/** What moving files in the menu needs of the gateway. */
export interface FileMenuParts extends TargetChooserParts {
  files: FileDesk;
  fileRuns: FileRuns;
}

/** Where files go. */
interface Place {
  choice: Choice;
  folder: string;
  overwrite: boolean;
}

/** Files of one upload: results of each are kept until its end. */
const MAX_FILES = 1_000;

/**
 * Files between the user's terminal program and their assets (FEATURES C12), by ZMODEM. They pass as they come, nothing
 * is kept on the gateway; each file on each asset is a record.
 */
export class FileMenu {
  constructor(
    private readonly screen: MenuScreen,
    private readonly parts: FileMenuParts,
  ) {}

  /** Takes files from the user and writes each to all chosen assets. */
  async upload(): Promise<void> {
    const { screen } = this;
    const { files: texts } = screen.texts;
    const limit = FILE_RUN_LIMITS.spreadAssets;
    const choice = await new TargetChooser(screen, this.parts, { action: 'upload', limit }).choose();
    const folder = choice && (await screen.ask(texts.askFolder));
    const replace = folder !== null && (await screen.ask(texts.askReplace));
    if (!choice || folder === null || typeof replace !== 'string') return;
    const place = { choice, folder: fromHome(folder.trim()), overwrite: isYes(replace) };
    screen.say(texts.startUpload);
    const lines: string[] = [];
    let count = 0;
    const fault = await overZmodem(screen, (line) =>
      new ZmodemReceiver(line).receive(async (file, bytes) => {
        if (++count > MAX_FILES) return;
        lines.push(`${plain(file.name)}${file.size === null ? '' : ` · ${texts.bytes(file.size)}`}`);
        await this.takeOne(file, bytes, place, lines);
      }),
    );
    if (count > MAX_FILES) lines.push(texts.tooManyFiles(MAX_FILES));
    else if (count === 0 && !fault) lines.push(texts.nothingCame);
    await this.conclude(lines, fault && texts.faults[fault]);
  }

  /** Sends the user a file of an asset as it is, or an archive of everything else. */
  async download(): Promise<void> {
    const { screen } = this;
    const limit = FILE_RUN_LIMITS.archiveAssets;
    const choice = await new TargetChooser(screen, this.parts, { action: 'download', limit }).choose();
    const paths = choice && (await this.askPaths());
    if (!choice || !paths) return;
    const run = FileRun.on(choice.targets);
    const order = { ...this.who(choice), targets: choice.targets, paths: paths.map(fromHome) };
    const ended = await this.tellingFailures(() =>
      this.parts.fileRuns.during(screen.user.id, newId(), run, () =>
        sendFiles(screen, this.parts.files, order, run),
      ),
    );
    if (ended) await this.conclude(runLines(run, screen), ended.why);
  }

  private async takeOne(
    file: OfferedFile,
    bytes: AsyncIterable<Buffer>,
    { choice, folder, overwrite }: Place,
    lines: string[],
  ): Promise<void> {
    const { screen } = this;
    const { files: texts } = screen.texts;
    const name = safeName(file.name);
    if (name === null || (file.size ?? 0) > MAX_FILE_BYTES) {
      lines.push(name === null ? texts.badName : texts.tooBig);
      return;
    }
    const { targets } = choice;
    const run = FileRun.on(targets);
    const order = { ...this.who(choice), targets, folder, name, overwrite };
    try {
      await this.parts.fileRuns.during(screen.user.id, newId(), run, () =>
        spread(this.parts.files, order, run, bytes),
      );
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
      lines.push(plain(error.message));
      return;
    } finally {
      if (run.finished) lines.push(...runLines(run, screen));
    }
  }

  private async askPaths(): Promise<string[] | null> {
    const { screen } = this;
    for (;;) {
      const line = await screen.ask(screen.texts.files.askPaths);
      if (line === null) return null;
      const paths = readPaths(line);
      if (paths) return paths;
      screen.say(screen.texts.files.badPaths);
    }
  }

  private who({ account }: Choice) {
    const { user, address } = this.screen;
    return { userId: user.id, sourceAddress: address, systemUserId: account.id, protocol: 'zmodem' } as const;
  }

  private async tellingFailures<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
      const { failures } = this.screen.texts.files;
      this.screen.say(`${failures[`file_${error.fault}`]}: ${plain(error.message)}`);
      return null;
    }
  }

  private async conclude(lines: readonly string[], why: string | null): Promise<void> {
    const { over } = this.screen.texts.files;
    await this.screen.page(['', ...(why === null ? [] : [why]), ...lines, over]);
  }
}

/** SFTP knows no `~`: a path that does not begin at the root begins where a login does. */
function fromHome(path: string): string {
  return path === '~' ? '' : path.replace(/^~\//, '');
}
