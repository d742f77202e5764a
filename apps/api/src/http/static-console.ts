import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from '#libs/kernel';
import { nothingHere } from './problem.filter.js';

/** Where the build puts the console; this file runs from dist/apps/api/src/http. */
const CONSOLE_DIR = fileURLToPath(new URL('../../../../client/browser', import.meta.url));

/** Names with a content hash, as Angular's build gives them. */
const HASHED = /-[\w-]{8}\.(?:js|css)$/;

/** Addresses that are no views, whether something stands there or not. */
const NO_VIEWS = /^\/(?:api|socket|healthz|readyz|metrics)(?:\/|$)/;

/** Addresses that Nest looks after. */
const NESTS = /^\/(?:api\/v1|healthz|readyz|metrics)(?:\/|$)/;

/** Where the page says that its relative links begin; Angular's build writes the root there. */
const BASE = /<base href="[^"]*"/;

/**
 * Serves the console: its files, and its page for every address that is a view of it.
 * @param subPath where browsers find it, see `subPathOf`
 */
export function serveConsole(
  app: NestExpressApplication,
  logger: Logger,
  subPath: string,
  dir = CONSOLE_DIR,
): void {
  const page = join(dir, 'index.html');
  const isBuilt = existsSync(page);
  const sendPage: RequestHandler = (_request, response, next) => {
    readFile(page, 'utf8').then((text) => {
      response.set('Cache-Control', 'no-store').type('html');
      response.send(text.replace(BASE, `<base href="${subPath}/"`));
    }, next);
  };
  if (isBuilt) {
    app.use(compressed());
    app.use('/index.html', sendPage);
    app.useStaticAssets(dir, { index: false, redirect: false, setHeaders: setCaching });
  } else logger.warn({ dir }, 'the console is not built: only the API is served');
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (NESTS.test(request.path)) next();
    else if (isBuilt && isView(request)) void sendPage(request, response, next);
    else nothingHere(request, response);
  });
}

/** Compresses the console's files. Answers of the API stay as they are: packed with another's text, a secret's length shows (BREACH). */
function compressed(): RequestHandler {
  const compress = compression();
  return (request, response, next) => {
    if (NO_VIEWS.test(request.path)) next();
    else compress(request, response, next);
  };
}

function setCaching(response: Response, path: string): void {
  response.set('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
}

/** A missing file must not look like a page: only addresses without a file's ending are views. */
function isView({ method, path }: Request): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && !NO_VIEWS.test(path) && !/\.[^/]+$/.test(path);
}
