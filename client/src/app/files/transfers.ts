import { type HttpEvent, HttpEventType } from '@angular/common/http';
import { DOCUMENT, Service, inject, signal } from '@angular/core';
import type { Observable, Subscription } from 'rxjs';
import { saveFile } from '../display/save-file';
import { readProblem, type Problem } from '../problem/problem';
import { FileDesk, type FilePlace, progressOf } from './file-desk';
import { FileQueue, type MovingFile, type TransferState } from './file-queue';

/** Transfers at once; the browser opens six connections to one server. */
const AT_ONCE = 3;

/** One file that is to go to an asset or come from it. */
export interface TransferOrder {
  readonly place: FilePlace;
  /** On the asset. */
  readonly path: string;
  readonly name: string;
  readonly size: number;
  /** What is uploaded; without, it is a download. */
  readonly file?: Blob;
  readonly overwrite?: boolean;
  /** Where there are several. */
  readonly assetName?: string;
}

/** One file on its way. */
class Transfer implements MovingFile {
  readonly state = signal<TransferState>('waiting');
  readonly bytes = signal(0);
  readonly problem = signal<Problem | null>(null);
  way: Subscription | null = null;
  overwrite: boolean;

  constructor(readonly of: TransferOrder) {
    this.overwrite = of.overwrite ?? false;
  }
}

/** Files on their way, a few at once, the rest in turn. */
@Service({ autoProvided: false })
export class Transfers extends FileQueue<Transfer> {
  private readonly desk = inject(FileDesk);
  private readonly document = inject(DOCUMENT);
  /** Told after each upload that is done. */
  onUploaded: () => void = () => undefined;

  add(orders: readonly TransferOrder[]): void {
    this.enqueue(orders.map((order) => new Transfer(order)));
  }

  cancel(transfer: Transfer): void {
    transfer.way?.unsubscribe();
    transfer.state.set('cancelled');
    this.next();
  }

  again(transfer: Transfer, overwrite = transfer.overwrite): void {
    transfer.overwrite = overwrite;
    transfer.problem.set(null);
    transfer.state.set('waiting');
    this.next();
  }

  protected next(): void {
    const entries = this.all();
    let running = entries.filter(({ state }) => state() === 'running').length;
    for (const transfer of entries) {
      if (running >= AT_ONCE) return;
      if (transfer.state() !== 'waiting') continue;
      running++;
      this.start(transfer);
    }
  }

  private start(transfer: Transfer): void {
    const { place, path, file } = transfer.of;
    transfer.state.set('running');
    transfer.bytes.set(0);
    const events: Observable<HttpEvent<unknown>> = file
      ? this.desk.upload(place, path, file, transfer.overwrite)
      : this.desk.download(place, path);
    transfer.way = events.subscribe({
      next: (event) => {
        const bytes = progressOf(event);
        if (bytes !== null) transfer.bytes.set(bytes);
        if (event.type === HttpEventType.Response) this.arrived(transfer, event.body);
      },
      error: (error: unknown) => {
        transfer.problem.set(readProblem(error));
        transfer.state.set('failed');
        this.next();
      },
    });
  }

  private arrived(transfer: Transfer, body: unknown): void {
    transfer.state.set('done');
    if (transfer.of.file) this.onUploaded();
    else if (body instanceof Blob) saveFile(this.document, transfer.of.name, body);
    this.next();
  }
}
