import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form, required, validate } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzDatePickerComponent } from 'ng-zorro-antd/date-picker';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { ACTIONS } from '#libs/contracts';
import { Account } from '../account/account';
import { Picker } from '../choice/picker';
import {
  injectAssetChoices,
  injectAssetGroupChoices,
  injectSystemUserChoices,
  injectUserChoices,
  injectUserGroupChoices,
} from '../choice/sources';
import { changedFields } from '../form/changed-fields';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { type MissingPush, pushOfMissing, readMissingPushes } from './missing-push';
import { type RuleSideName, lacks, newRuleOf, ruleDraft, ruleModel } from './rule-model';
import type { RuleView } from '../api/models/rule-view';
import { RuleStore } from './rule-store';
import { WeekHoursField, haveOnlyTimes } from './week-hours-field';

/** Fields that one control shows, whatever part of them was refused. */
const PLACES: Readonly<Record<string, string>> = {
  actions: 'actions.connect',
  forwardDestinations: 'forwardDestinations',
  hours: 'hours',
};

/** Adds a rule, shows one, changes it. */
@Component({
  selector: 'gh-rule-form',
  imports: [
    Field,
    FormButtons,
    FormField,
    NzButtonComponent,
    NzDatePickerComponent,
    NzInputDirective,
    NzSwitchComponent,
    Picker,
    RouterLink,
    SidePanel,
    WeekHoursField,
  ],
  templateUrl: './rule-form.html',
})
export class RuleForm implements HoldsInput {
  private readonly store = inject(RuleStore);
  private readonly react = injectReaction();
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('rules.write');
  protected readonly users = injectUserChoices();
  protected readonly userGroups = injectUserGroupChoices();
  protected readonly assets = injectAssetChoices();
  protected readonly assetGroups = injectAssetGroupChoices();
  protected readonly systemUsers = injectSystemUserChoices();
  protected readonly actions = ACTIONS;

  /** From the address; absent: a new rule. */
  readonly id = input<string>();
  /** From the address of a new rule: ids, separated by commas. */
  readonly forUsers = input<string>();
  readonly onAssets = input<string>();

  protected readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly known = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  private readonly model = linkedSignal(() => ({
    ...ruleModel(this.known()),
    ...(!this.id() && newRuleOf(this.forUsers(), this.onAssets())),
  }));
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    validate(path.userIds, () => this.fault('who'));
    validate(path.assetIds, () => this.fault('where'));
    validate(path.systemUserIds, () => this.fault('asWhom'));
    validate(path.actions.connect, () => this.fault('what'));
    // the field itself says which
    validate(path.hours, ({ value }) =>
      haveOnlyTimes(value()) ? undefined : { kind: 'not_a_time', message: '' },
    );
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);
  /** System users and assets without a push record, which the server refused. */
  protected readonly missing = signal<readonly MissingPush[]>([]);
  protected readonly pushMissing = computed(() => pushOfMissing(this.missing()));
  protected readonly heading = computed(() => this.known()?.name ?? (this.id() ? '' : this.t('rules.add')));
  private saved = false;

  /** What to ask of a rule that stands: the first that it names of each side. */
  protected questionOf({ userIds, assetIds, systemUserIds }: RuleView): Record<string, string | undefined> {
    return { userId: userIds[0], assetId: assetIds[0], systemUserId: systemUserIds[0] };
  }

  /** A side that was empty before may stay so, as the server has it: a rule that gives nothing can still be ended. */
  private fault(side: RuleSideName): { kind: string } | undefined {
    const known = this.known();
    const mayLack = known !== undefined && lacks(ruleModel(known), side);
    return !mayLack && lacks(this.model(), side) ? { kind: `no_${side}` } : undefined;
  }

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.missing.set([]);
    const draft = ruleDraft(this.model());
    const id = this.id();
    const outcome = await saveForm(
      this.form,
      this.problems,
      () =>
        id
          ? this.store.update(id, changedFields(ruleDraft(ruleModel(this.known())), draft))
          : this.store.create(draft),
      (name) => PLACES[name.split('.')[0] ?? ''] ?? name,
    );
    this.problem.set(outcome.problem);
    this.missing.set(readMissingPushes(outcome.refusal));
    if (!outcome.result) return;
    if (id) await this.leave();
    else await this.show(outcome.result);
  }

  protected async remove(rule: RuleView): Promise<void> {
    const gone = await this.react.ask(
      {
        heading: this.t('rules.remove.heading', { count: 1 }),
        text: this.t('rules.remove.text'),
        names: [rule.name],
        yes: this.t('rules.remove.yes'),
        destroys: true,
      },
      () => this.store.remove([rule.id]),
      this.t('rules.remove.done', { count: 1 }),
    );
    if (gone) await this.leave();
  }

  /** A new one offers what comes next. */
  private async show({ id }: RuleView): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.open(id);
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
