import {
  HttpClient,
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  HttpHeaders,
  HttpParams,
  HttpRequest,
} from '@angular/common/http';
import { Service, inject } from '@angular/core';
import {
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  from,
  switchMap,
  throwError,
} from 'rxjs';
import { Api } from '../api/api';
import { listMyFiles } from '../api/fn/my-files/list-my-files';
import { makeMyFolder } from '../api/fn/my-files/make-my-folder';
import { readMyFile } from '../api/fn/my-files/read-my-file';
import { removeMyFile } from '../api/fn/my-files/remove-my-file';
import { renameMyFile } from '../api/fn/my-files/rename-my-file';
import { writeMyFile } from '../api/fn/my-files/write-my-file';
import type { FolderView } from '../api/models/folder-view';

/** On which asset, as which system user. */
export interface FilePlace {
  readonly assetId: string;
  readonly systemUserId: string;
}

/** Works with files of the own assets. */
@Service()
export class FileDesk {
  private readonly api = inject(Api);
  private readonly http = inject(HttpClient);

  /** What is in a folder; without a path, the folder where a login begins. */
  list(place: FilePlace, path: string | undefined): Promise<FolderView> {
    return this.api.invoke(listMyFiles, { ...place, path: path || undefined });
  }

  makeFolder(place: FilePlace, path: string): Promise<void> {
    return this.api.invoke(makeMyFolder, { body: { ...place, path } });
  }

  rename(place: FilePlace, path: string, newPath: string): Promise<void> {
    return this.api.invoke(renameMyFile, { body: { ...place, path, newPath } });
  }

  remove(place: FilePlace, path: string): Promise<void> {
    return this.api.invoke(removeMyFile, { body: { ...place, path } });
  }

  /** Uploads with its progress; ends when unsubscribed. Without `overwrite` a file that is there stays. */
  upload(place: FilePlace, path: string, file: Blob, overwrite: boolean): Observable<HttpEvent<unknown>> {
    const params = paramsOf({ ...place, path, overwrite: String(overwrite) });
    // whatever the browser takes the file for, here it is bytes
    const headers = new HttpHeaders({ 'Content-Type': 'application/octet-stream' });
    const options = { params, headers, reportProgress: true, responseType: 'text' } as const;
    return this.http.request(new HttpRequest('PUT', this.api.rootUrl + writeMyFile.PATH, file, options));
  }

  /** Downloads with its progress, into the browser's own keeping. */
  download(place: FilePlace, path: string): Observable<HttpEvent<Blob>> {
    const options = {
      params: paramsOf({ ...place, path }),
      reportProgress: true,
      responseType: 'blob',
    } as const;
    return this.http
      .request<Blob>(new HttpRequest('GET', this.api.rootUrl + readMyFile.PATH, options))
      .pipe(tellingInText());
  }

  /** Where the browser itself can fetch a file. */
  address(place: FilePlace, path: string): string {
    return `${this.api.rootUrl}${readMyFile.PATH}?${paramsOf({ ...place, path }).toString()}`;
  }
}

/** Bytes of a body so far; null: the event says nothing of it. */
export function progressOf(event: HttpEvent<unknown>): number | null {
  return event.type === HttpEventType.UploadProgress || event.type === HttpEventType.DownloadProgress
    ? event.loaded
    : null;
}

const VERBATIM = {
  encodeKey: encodeURIComponent,
  encodeValue: encodeURIComponent,
  decodeKey: decodeURIComponent,
  decodeValue: decodeURIComponent,
};

/** Fields for an address, verbatim. Angular's own encoder leaves `+` as it is, which is a blank to servers. */
export function paramsOf(fields: Record<string, string>): HttpParams {
  return new HttpParams({ encoder: VERBATIM, fromObject: fields });
}

/** Reads the problem in an answer that was awaited as a file. */
export function tellingInText<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) =>
    from(withText(error)).pipe(switchMap((told) => throwError(() => told))),
  );
}

async function withText(error: unknown): Promise<unknown> {
  if (!(error instanceof HttpErrorResponse) || !(error.error instanceof Blob)) return error;
  const { status, headers } = error;
  const url = error.url ?? undefined;
  return new HttpErrorResponse({ status, headers, url, error: await error.error.text() });
}
