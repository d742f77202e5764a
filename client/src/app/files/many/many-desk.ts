import { HttpClient, type HttpEvent, HttpHeaders, HttpRequest } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { Observable } from 'rxjs';
import type { TransferDirection } from '#libs/contracts';
import { Api } from '../../api/api';
import { getMyFileRun } from '../../api/fn/my-files/get-my-file-run';
import { listFileAccounts } from '../../api/fn/my-files/list-file-accounts';
import { previewFileTargets } from '../../api/fn/my-files/preview-file-targets';
import { readMyFiles } from '../../api/fn/my-files/read-my-files';
import { writeMyCopies } from '../../api/fn/my-files/write-my-copies';
import type { BatchPreview } from '../../api/models/batch-preview';
import type { ExecAccountView } from '../../api/models/exec-account-view';
import type { FileRunView } from '../../api/models/file-run-view';
import { paramsOf, tellingInText } from '../file-desk';

/** On which of the own assets, as which system user. */
export interface ManyPlaces {
  readonly systemUserId: string;
  readonly assetIds: readonly string[];
}

/** One file that goes to many assets. */
export interface CopyOrder extends ManyPlaces {
  readonly runId: string;
  readonly folder: string;
  readonly overwrite: boolean;
  readonly file: File;
}

/** Moves files to and from many of the own assets. */
@Service()
export class ManyDesk {
  private readonly api = inject(Api);
  private readonly http = inject(HttpClient);

  /** As whom one may do it somewhere. */
  async accounts(action: TransferDirection): Promise<readonly ExecAccountView[]> {
    return (await this.api.invoke(listFileAccounts, { action })).items;
  }

  /** The assets that a pattern takes. */
  preview(action: TransferDirection, systemUserId: string, pattern: string): Promise<BatchPreview> {
    return this.api.invoke(previewFileTargets, { body: { action, systemUserId, pattern } });
  }

  /** One path of all of them as an archive, into the browser's own keeping. Ends when unsubscribed. */
  archive({ systemUserId, assetIds }: ManyPlaces, path: string, runId: string): Observable<HttpEvent<Blob>> {
    const params = paramsOf({ systemUserId, assetIds: assetIds.join(','), path, runId });
    const options = { params, responseType: 'blob' } as const;
    return this.http
      .request<Blob>(new HttpRequest('GET', this.api.rootUrl + readMyFiles.PATH, options))
      .pipe(tellingInText());
  }

  /** Uploads once, for all of them; the answer is a {@link FileRunView}. Ends when unsubscribed. */
  upload(order: CopyOrder): Observable<HttpEvent<FileRunView>> {
    const { systemUserId, runId, folder, file } = order;
    const fields = { systemUserId, runId, folder, name: file.name, overwrite: String(order.overwrite) };
    const params = paramsOf({ ...fields, assetIds: order.assetIds.join(',') });
    // whatever the browser takes the file for, here it is bytes
    const headers = new HttpHeaders({ 'Content-Type': 'application/octet-stream' });
    const options = { params, headers, reportProgress: true } as const;
    return this.http.request<FileRunView>(
      new HttpRequest('PUT', this.api.rootUrl + writeMyCopies.PATH, file, options),
    );
  }

  /** How far it is on each. */
  run(id: string): Promise<FileRunView> {
    return this.api.invoke(getMyFileRun, { id });
  }
}
