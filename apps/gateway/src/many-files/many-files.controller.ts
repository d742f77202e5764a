import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ExecDirectory, type ExecTarget } from '#libs/authorization';
import { FILE_RUN_LIMITS, type TransferDirection } from '#libs/contracts';
import { asId, LOGGER, newId, type AssetId, type Logger, type SystemUserId } from '#libs/kernel';
import { CallerProof, type ProvenCaller } from '../web-files/caller-proof.js';
import { readOn, tellFailure } from '../web-files/file-answers.js';
import { bodyOf } from '../web-files/patience.js';
import { FileDesk } from '../web-files/file-desk.js';
import { archiveOf } from './archive.js';
import { spread } from './fan-out.js';
import { FileRun, FileRuns } from './file-run.js';
import { manyTargets } from './many-targets.js';

const path = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'));

const wish = z.object({
  runId: z.uuid().default(() => newId()),
  systemUserId: z.uuid().transform(asId<SystemUserId>),
  pattern: z.string().optional(),
  assetIds: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.uuid().transform(asId<AssetId>)))
    .optional(),
});
const archiveWish = wish.extend({ path });
const spreadWish = wish.extend({
  folder: path,
  name: path.refine((name) => isFileName(name)),
  overwrite: z.enum(['true', 'false']),
});
type Wish = z.infer<typeof wish>;

/** Files of many assets for the api, as {@link FilesController}. */
@Controller('internal/files/many')
export class ManyFilesController {
  constructor(
    private readonly desk: FileDesk,
    private readonly directory: ExecDirectory,
    private readonly runs: FileRuns,
    private readonly proof: CallerProof,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answers with a tar.gz of one path of each asset. */
  @Post('archive')
  archive(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answering(request, response, archiveWish, false, async (asked, { user, sourceAddress }) => {
      const { systemUserId } = asked;
      const targets = await this.targets(user.id, asked, 'download', FILE_RUN_LIMITS.archiveAssets);
      const run = FileRun.on(targets);
      const order = { userId: user.id, sourceAddress, systemUserId, targets, paths: [asked.path] };
      await this.runs.during(user.id, asked.runId, run, async () => {
        response.type('application/gzip');
        const bytes = Readable.from(archiveOf(this.desk, order, run), { objectMode: false });
        await pipeline(bytes, createGzip({ level: constants.Z_BEST_SPEED }), response);
      });
    });
  }

  /** Writes the body as one file to each asset; answers with how it went on each. */
  @Post('spread')
  spread(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answering(request, response, spreadWish, true, async (asked, { user, sourceAddress }) => {
      const targets = await this.targets(user.id, asked, 'upload', FILE_RUN_LIMITS.spreadAssets);
      const run = FileRun.on(targets);
      const { systemUserId, folder, name } = asked;
      const order = { userId: user.id, sourceAddress, systemUserId, targets, folder, name };
      const overwrite = asked.overwrite === 'true';
      await this.runs.during(user.id, asked.runId, run, async () => {
        await spread(this.desk, { ...order, overwrite }, run, bodyOf(request));
      });
      await readOn(request);
      response.json(run);
    });
  }

  /** How a run of the caller's stands. */
  @Post('progress')
  progress(@Req() request: Request, @Res() response: Response): Promise<void> {
    const one = z.object({ runId: z.uuid() });
    return this.answering(request, response, one, false, ({ runId }, { user }) => {
      const run = this.runs.find(user.id, runId);
      if (run) response.json(run);
      else response.status(404).json({ code: 'not_found', detail: 'No such run.' });
      return Promise.resolve();
    });
  }

  private targets(
    userId: ProvenCaller['user']['id'],
    { systemUserId, pattern, assetIds }: Wish,
    action: TransferDirection,
    limit: number,
  ): Promise<ExecTarget[]> {
    return manyTargets(this.directory, userId, { systemUserId, pattern, assetIds }, action, limit);
  }

  private async answering<T>(
    request: Request,
    response: Response,
    form: z.ZodType<T>,
    changes: boolean,
    work: (asked: T, caller: ProvenCaller) => Promise<void>,
  ): Promise<void> {
    try {
      const parsed = form.safeParse(request.query);
      const caller = parsed.success ? await this.proof.prove(request.headers, changes) : null;
      if (!parsed.success)
        response.status(422).json({ code: 'validation_failed', detail: 'This request is not valid.' });
      else if (!caller) response.status(401).json({ code: 'not_logged_in', detail: 'Log in first.' });
      else await work(parsed.data, caller);
    } catch (error) {
      await readOn(request);
      tellFailure(error, response, this.logger);
    }
  }
}

/** One step of a path, that names something. */
function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}
