import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { FormField, form } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Picker } from '../choice/picker';
import { injectAssetChoices, injectAssetGroupChoices } from '../choice/sources';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { DriftMark } from '../push-states/drift-mark';
import { ScanDrift } from '../push-states/scan-drift';
import { injectFailureWords } from '../pushes/failure-words';
import { recordMark } from '../pushes/push-marks';
import { Questions } from '../question/questions';
import { SystemUserStore } from './system-user-store';

const NOTHING = { assetIds: [] as readonly string[], assetGroupIds: [] as readonly string[] };

/** On which assets a system user stands, and writing down where it stands already. */
@Component({
  selector: 'gh-push-records',
  imports: [DriftMark, Field, FormField, NzButtonComponent, Picker, RouterLink, ScanDrift, StateMark, When],
  templateUrl: './push-records.html',
  styles: `
    .lines {
      --tracks: minmax(0, 1fr) auto auto auto auto;
    }
    .ways {
      display: flex;
      gap: 8px;
    }
  `,
})
export class PushRecords {
  private readonly store = inject(SystemUserStore);
  private readonly router = inject(Router);
  private readonly endings = inject(JobDesk).endings;
  private readonly questions = inject(Questions);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly mark = recordMark;
  protected readonly why = injectFailureWords();
  protected readonly assetChoices = injectAssetChoices();
  protected readonly groupChoices = injectAssetGroupChoices();

  readonly systemUserId = input.required<string>();
  readonly username = input.required<string>();
  readonly mayPush = input(false);

  private readonly loaded = resource({
    // anew when a scan that was looked at has ended
    params: () => ({ id: this.systemUserId(), endings: this.endings() }),
    loader: ({ params }) => this.store.records(params.id),
  });
  protected readonly records = computed(() =>
    this.loaded.hasValue() ? this.loaded.value().items : undefined,
  );
  protected readonly more = computed(() => {
    const page = this.loaded.hasValue() ? this.loaded.value() : undefined;
    return page ? page.total - page.items.length : 0;
  });
  /** Where it should be pushed again, as the address of the push page wants it. */
  protected readonly stale = computed(() => {
    const wanted =
      this.records()?.filter(
        ({ state, drift }) => state === 'outdated' || state === 'failed' || drift === 'drifted',
      ) ?? [];
    return wanted.map(({ assetId }) => assetId).join(',') || null;
  });
  /** Whether a scan has something to compare. */
  protected readonly comparable = computed(() =>
    this.records()?.some(({ mode, succeeded }) => succeeded && mode !== 'record-only'),
  );
  private readonly model = signal(NOTHING);
  protected readonly form = form(this.model);
  protected readonly problem = signal<string | null>(null);
  protected readonly chosen = computed(
    () => this.model().assetIds.length + this.model().assetGroupIds.length > 0,
  );

  /** Takes it back from all assets that are shown; what comes of it is shown on the page of pushes. */
  protected async recycle(): Promise<void> {
    const records = this.records() ?? [];
    const question = {
      heading: this.t('pushes.recycleHeading', { name: this.username(), count: records.length }),
      text: this.t('pushes.recycleText'),
      names: records.map(({ assetName }) => assetName),
      yes: this.t('pushes.recycle'),
      destroys: true,
    };
    if (!(await this.questions.ask(question))) return;
    try {
      const assetIds = records.map(({ assetId }) => assetId);
      const { id } = await this.store.recycle(this.systemUserId(), assetIds);
      await this.router.navigate(['/pushes', id]);
    } catch (error) {
      this.messages.error(this.problems.of(error));
    }
  }

  protected async record(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { assetIds, assetGroupIds } = this.model();
    const outcome = await saveForm(this.form, this.problems, () =>
      this.store.recordPush(this.systemUserId(), assetIds, assetGroupIds),
    );
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.form().reset(NOTHING);
    this.messages.success(this.t('pushes.recorded'));
    this.loaded.reload();
    this.store.list.reload();
  }
}
