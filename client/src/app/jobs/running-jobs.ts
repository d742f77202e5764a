import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, DestroyRef, inject, resource } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { JobDesk } from './job-desk';
import { JobPanel } from './job-panel';
import { JOB_COLOURS } from './job-words';

/** The jobs in the top bar: how many run, the newest ones, and the panel of the one that is shown. */
@Component({
  selector: 'gh-running-jobs',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, JobPanel, NzButtonComponent, StateMark, When],
  template: `
    @if (desk.allowed) {
      <button
        type="button"
        nz-button
        nzType="text"
        [attr.aria-label]="label()"
        [title]="label()"
        [cdkMenuTriggerFor]="menu"
        (cdkMenuOpened)="recent.reload(); imports.reload()"
      >
        <gh-icon name="sync" />
        @if (desk.running(); as running) {
          <span class="count">{{ running }}</span>
        }
      </button>
      <ng-template #menu>
        <div cdkMenu class="menu">
          @for (one of imports.value() ?? []; track one.id) {
            <button
              type="button"
              class="menu-item job"
              cdkMenuItem
              (cdkMenuItemTriggered)="desk.showImport(one)"
            >
              @if (one.state === 'running') {
                <gh-state kind="active">{{ t('jobs.state.running') }}</gh-state>
              } @else {
                <gh-state kind="good">{{ t('jobs.state.done') }}</gh-state>
              }
              <span class="what">{{ t('jobs.import.' + one.kind) }}</span>
              <span class="faint">
                @if (one.state === 'running') {
                  {{ t('jobs.of', { done: one.progress, count: one.writes }) }} ·
                }
                <gh-when [at]="one.createdAt" />
              </span>
            </button>
          }
          @for (job of recent.value() ?? []; track job.id) {
            <button type="button" class="menu-item job" cdkMenuItem (cdkMenuItemTriggered)="desk.show(job)">
              <gh-state [kind]="colours[job.state]">{{ t('jobs.state.' + job.state) }}</gh-state>
              <span class="what">{{ t('jobs.kind.' + job.kind) }}</span>
              <span class="faint">
                {{ t('jobs.of', { done: doneOf(job), count: job.assetCount }) }} ·
                <gh-when [at]="job.createdAt" />
              </span>
            </button>
          } @empty {
            @if (!imports.value()?.length) {
              <p class="none">{{ t('jobs.none') }}</p>
            }
          }
        </div>
      </ng-template>
      @if (desk.shown(); as id) {
        @defer (on immediate) {
          <gh-job-panel [jobId]="id" />
        }
      }
    }
  `,
  styles: `
    .count {
      min-width: 18px;
      padding: 0 5px;
      border-radius: 9px;
      background: var(--active);
      color: var(--ink-on-accent);
      font-size: 12px;
      font-variant-numeric: tabular-nums;
      line-height: 18px;
    }
    .job {
      display: grid;
      grid-template-columns: 110px 1fr auto;
      gap: 12px;
      min-width: 380px;
      text-align: left;
    }
    .none {
      max-width: 300px;
      margin: 0;
      padding: 8px 12px;
      color: var(--ink-faint);
    }
  `,
})
export class RunningJobs {
  protected readonly desk = inject(JobDesk);
  protected readonly t = injectWords();
  protected readonly colours = JOB_COLOURS;
  protected readonly recent = resource({
    loader: () => (this.desk.allowed ? this.desk.recent() : Promise.resolve([])),
  });

  protected readonly imports = resource({ loader: () => this.desk.imports() });

  constructor() {
    if (!this.desk.allowed) return;
    this.desk.watch();
    const seen = (): void => {
      if (!document.hidden) this.desk.watch();
    };
    document.addEventListener('visibilitychange', seen);
    inject(DestroyRef).onDestroy(() => {
      document.removeEventListener('visibilitychange', seen);
      this.desk.rest();
    });
  }

  protected label(): string {
    const count = this.desk.running();
    return count > 0 ? this.t('jobs.running', { count }) : this.t('jobs.show');
  }

  protected doneOf(job: { succeededCount: number; failedCount: number; stoppedCount: number }): number {
    return job.succeededCount + job.failedCount + job.stoppedCount;
  }
}
