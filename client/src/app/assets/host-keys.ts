import { Component, computed, inject, input, output, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Copy } from '../display/copy';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectHostWords } from '../display/host-words';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import type { HostKeyScanView } from '../api/models/host-key-scan-view';
import type { OfferedHostKeyView } from '../api/models/offered-host-key-view';
import { AssetStore } from './asset-store';

/** The host keys that are accepted from an asset; shows what it offers now, and pins that on confirmation. */
@Component({
  selector: 'gh-host-keys',
  imports: [Copy, NzButtonComponent, Icon, StateMark, When],
  templateUrl: './host-keys.html',
})
export class HostKeys {
  private readonly store = inject(AssetStore);
  private readonly react = injectReaction();
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly words = injectHostWords();

  readonly assetId = input.required<string>();
  readonly mayPin = input(false);
  readonly changed = output();

  protected readonly pinned = resource({
    params: () => this.assetId(),
    loader: ({ params }) => this.store.hostKeys(params),
  });
  protected readonly pins = computed(() => (this.pinned.hasValue() ? this.pinned.value() : []));
  protected readonly offer = signal<HostKeyScanView | null>(null);
  protected readonly failure = signal<string | null>(null);
  protected readonly scanning = signal(false);
  /** Whether the asset offers something else than what is pinned: a rebuilt host, or somebody in between. */
  protected readonly differs = computed(() => {
    const offer = this.offer();
    return this.pins().length > 0 && (offer?.keys ?? []).some((key) => !key.pinned);
  });

  /** Whether the asset offers exactly what is pinned. */
  protected readonly agrees = computed(() => {
    const keys = this.offer()?.keys ?? [];
    return keys.length > 0 && keys.length === this.pins().length && keys.every((key) => key.pinned);
  });

  protected async scan(): Promise<void> {
    this.failure.set(null);
    this.offer.set(null);
    this.scanning.set(true);
    try {
      this.offer.set(await this.store.scan(this.assetId()));
    } catch (error) {
      this.failure.set(this.problems.of(error));
    } finally {
      this.scanning.set(false);
    }
  }

  protected async pin(lines: readonly string[]): Promise<void> {
    const pinned = await this.react.run(
      () => this.store.pin(this.assetId(), [...lines]),
      this.t('hostKeys.pinned'),
    );
    if (!pinned) return;
    this.offer.set(null);
    this.pinned.reload();
    this.changed.emit();
  }

  protected async unpin(line: string): Promise<void> {
    const rest = this.pins()
      .map((key) => key.publicKey)
      .filter((each) => each !== line);
    const gone = await this.react.ask(
      {
        heading: this.t('hostKeys.unpin.heading'),
        text: this.t(rest.length ? 'hostKeys.unpin.text' : 'hostKeys.unpin.last'),
        yes: this.t('hostKeys.unpin.yes'),
        destroys: true,
      },
      () => this.store.pin(this.assetId(), rest),
      this.t('hostKeys.unpin.done'),
    );
    if (!gone) return;
    this.pinned.reload();
    this.changed.emit();
  }

  protected linesOf(keys: readonly OfferedHostKeyView[]): string[] {
    return keys.map((key) => key.publicKey);
  }
}
