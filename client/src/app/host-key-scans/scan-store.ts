import { Service, computed, effect, inject, linkedSignal, resource } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { map } from 'rxjs';
import { HOST_KEY_VERDICTS, type HostKeyVerdict } from '#libs/contracts';
import { Api } from '../api/api';
import { getHostKeyScan } from '../api/fn/host-key-scans/get-host-key-scan';
import { listHostKeyResults } from '../api/fn/host-key-scans/list-host-key-results';
import { pinScannedKeys } from '../api/fn/host-key-scans/pin-scanned-keys';
import { scanManyHostKeysAgain } from '../api/fn/host-key-scans/scan-many-host-keys-again';
import { stopHostKeyScan } from '../api/fn/host-key-scans/stop-host-key-scan';
import type { HostKeyResultView } from '../api/models/host-key-result-view';
import type { HostKeyScanRunView } from '../api/models/host-key-scan-run-view';
import type { PinOutcomeView } from '../api/models/pin-outcome-view';
import type { PinScannedKeys } from '../api/models/pin-scanned-keys';
import { oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

/** An asset of the scan as a row of the list. */
export type ScannedAsset = HostKeyResultView & { readonly id: string };

/** The scan of the page's address: how far it is, and what each asset shows. */
@Service({ autoProvided: false })
export class ScanStore {
  private readonly api = inject(Api);
  private readonly route = inject(ActivatedRoute);
  private readonly id = toSignal(this.route.paramMap.pipe(map((params) => params.get('id') ?? '')), {
    initialValue: this.route.snapshot.paramMap.get('id') ?? '',
  });

  readonly list = injectList<ScannedAsset>({
    name: 'host-key-scan',
    sort: 'place',
    filters: ['verdict'],
    load: async (query) => {
      const verdict = oneOf(HOST_KEY_VERDICTS, query.filters['verdict']);
      const asked = { id: this.id(), ...paging(query, ['place']), ...(verdict && { verdict }) };
      const { items, total } = await this.api.invoke(listHostKeyResults, asked);
      return { items: items.map((item) => ({ ...item, id: item.assetId })), total };
    },
  });

  private readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params: id }) => this.api.invoke(getHostKeyScan, { id }),
  });
  private readonly last = linkedSignal<HostKeyScanRunView | undefined, HostKeyScanRunView | undefined>({
    source: () => (this.loaded.hasValue() ? this.loaded.value() : undefined),
    computation: (now, before) => now ?? before?.value,
  });
  /** undefined: not loaded yet. */
  readonly scan = computed(() => (this.last()?.id === this.id() ? this.last() : undefined));
  readonly failure = computed(() => this.loaded.error());

  constructor() {
    let shown = this.id();
    effect(() => {
      if (this.id() === shown) return;
      shown = this.id();
      this.list.clearSelection();
      this.list.reload();
    });
  }

  /** How many assets stand there now. */
  count(verdict: HostKeyVerdict): number {
    return this.scan()?.verdicts.find((each) => each.verdict === verdict)?.count ?? 0;
  }

  /** Asks again for all of it, keeping what is shown until the answer comes. */
  reload(): void {
    this.loaded.reload();
    this.list.reload();
  }

  /** Accepts keys that the scan shows. */
  pin(body: PinScannedKeys): Promise<PinOutcomeView> {
    return this.api.invoke(pinScannedKeys, { id: this.id(), body });
  }

  stop(): Promise<unknown> {
    return this.api.invoke(stopHostKeyScan, { id: this.id() });
  }

  /** Another scan of those on which this one did not succeed; gives its id. */
  async again(): Promise<string> {
    return (await this.api.invoke(scanManyHostKeysAgain, { id: this.id() })).id;
  }
}
