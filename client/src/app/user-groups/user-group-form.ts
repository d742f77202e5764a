import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import { Picker } from '../choice/picker';
import { injectUserChoices } from '../choice/sources';
import { changedFields } from '../form/changed-fields';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { CreateUserGroup } from '../api/models/create-user-group';
import type { UserGroupView } from '../api/models/user-group-view';
import { injectUserGroupRemoval } from './user-group-removal';
import { UserGroupStore } from './user-group-store';

const NEW = {
  name: '',
  comment: '',
  memberIds: [] as readonly string[],
  administratorIds: [] as readonly string[],
};

/** Adds a group, shows one, changes it. */
@Component({
  selector: 'gh-user-group-form',
  imports: [Field, FormButtons, FormField, NzButtonComponent, NzInputDirective, Picker, SidePanel],
  templateUrl: './user-group-form.html',
})
export class UserGroupForm implements HoldsInput {
  private readonly store = inject(UserGroupStore);
  private readonly problems = injectProblemWords();
  private readonly removal = injectUserGroupRemoval();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  private readonly account = inject(Account);
  /** Group admins change members only. */
  protected readonly mayWrite = this.account.may('users.write');
  protected readonly mayFill = this.account.may('members.write');
  protected readonly choices = injectUserChoices();
  protected readonly groupAdmins = injectUserChoices('group_admin');

  /** From the address; absent: a new group. */
  readonly id = input<string>();

  protected readonly group = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  private readonly known = computed(() => {
    const group = this.group.hasValue() ? this.group.value() : undefined;
    if (!group) return NEW;
    const { name, comment, memberIds, administratorIds } = group;
    return { name, comment, memberIds, administratorIds };
  });
  private readonly model = linkedSignal(() => this.known());
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    for (const own of [path.name, path.comment]) disabled(own, { when: () => !this.mayWrite });
    disabled(path.administratorIds, { when: () => !this.mayWrite });
    disabled(path.memberIds, { when: () => !this.mayFill });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(
    () => this.model().name || (this.id() ? '' : this.t('userGroups.add')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const id = this.id();
    const outcome = await saveForm(this.form, this.problems, () =>
      id
        ? this.store.update(id, changedFields(this.draft(this.known()), this.draft()))
        : this.store.create(this.draft()),
    );
    this.problem.set(outcome.problem);
    if (outcome.saved) await this.leave();
  }

  protected async remove(group: UserGroupView): Promise<void> {
    if (await this.removal.remove([group])) await this.leave();
  }

  /** A group admin sends the members alone: the rest isn't theirs. */
  private draft(model = this.model()): CreateUserGroup {
    const { name, comment, memberIds, administratorIds } = model;
    const draft = { name: name.trim(), comment: comment.trim(), memberIds: [...memberIds] };
    return this.mayWrite ? { ...draft, administratorIds: [...administratorIds] } : draft;
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
