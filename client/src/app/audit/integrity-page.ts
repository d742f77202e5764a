import { DOCUMENT } from '@angular/common';
import { Component, computed, DestroyRef, effect, inject, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { checkAudit } from '../api/fn/audit/check-audit';
import { getIntegrity } from '../api/fn/audit/get-integrity';
import type { AuditProblemView } from '../api/models/audit-problem-view';
import { Copy } from '../display/copy';
import { Icon } from '../display/icon';
import { saveFile } from '../display/save-file';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

const WHILE_CHECKING_MS = 1_000;
/** Records are sealed every few seconds. */
const OTHERWISE_MS = 10_000;

/** Audit → Integrity: whether the records are as they were sealed, and the signature over them (FEATURES G11). */
@Component({
  selector: 'gh-integrity-page',
  imports: [NzButtonComponent, Copy, Icon, StateMark, When],
  templateUrl: './integrity-page.html',
  styles: `
    :host {
      display: block;
      height: 100%;
      max-width: 900px;
      padding: 16px 20px 32px;
      overflow: auto;
    }
    h1 {
      margin: 0 0 12px;
      font-size: 18px;
      font-weight: 600;
    }
    .verdict {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 12px;
      margin: 16px 0;
    }
    h2 {
      margin: 0 0 8px;
      font-size: 14px;
      font-weight: 600;
    }
    .checks {
      margin: 0 0 16px;
      padding: 0;
      list-style: none;
    }
    .checks li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      padding: 6px 0;
      border-bottom: 1px solid var(--line);
    }
    dd {
      overflow-wrap: anywhere;
    }
  `,
})
export class IntegrityPage {
  private readonly api = inject(Api);
  private readonly document = inject(DOCUMENT);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  protected readonly state = resource({ loader: () => this.api.invoke(getIntegrity) });
  private readonly asked = signal(false);
  protected readonly refused = signal<string | null>(null);
  protected readonly checking = computed(
    () => this.asked() || (this.state.hasValue() && this.state.value().checkingSince !== null),
  );

  /** What the newest check that found one found first, and where. */
  protected readonly firstBad = computed(() => {
    const checks = this.state.hasValue() ? this.state.value().checks : [];
    for (const { api, check } of checks) if (check?.problem) return { api, problem: check.problem };
    return null;
  });
  /** One api that is as it should be needs none. */
  protected readonly needsList = computed(() => {
    const checks = this.state.hasValue() ? this.state.value().checks : [];
    return checks.length > 1 || checks.some(({ standing }) => standing !== 'good');
  });

  constructor() {
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      if (this.state.isLoading()) return;
      clearTimeout(timer);
      timer = setTimeout(() => this.state.reload(), this.checking() ? WHILE_CHECKING_MS : OTHERWISE_MS);
    });
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(timer);
    });
  }

  protected async check(): Promise<void> {
    this.asked.set(true);
    this.refused.set(null);
    try {
      this.state.set(await this.api.invoke(checkAudit));
    } catch (error) {
      this.refused.set(this.problems.of(error));
    } finally {
      this.asked.set(false);
    }
  }

  /** The first bad record, in words. */
  protected faultOf({ kind, fault, seq }: AuditProblemView): string {
    const what = this.t(`integrity.kind.${kind ?? 'record'}`);
    const place = seq === null ? '' : ` #${seq}`;
    const told = this.t(`integrity.fault.${fault}`);
    return this.t('phrase.told', { what: `${what}${place}`, told });
  }

  protected saveKey(publicKey: string): void {
    saveFile(this.document, 'audit.public.pem', publicKey);
  }
}
