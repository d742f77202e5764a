import { Component, inject, input, resource } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { Copy } from '../display/copy';
import { When } from '../display/when';
import { SecretsHeld } from '../form/secrets-held';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { injectProblemWords } from '../problem/problem-words';
import { Questions } from '../question/questions';
import { PushRecords } from './push-records';
import type { SystemUserView } from '../api/models/system-user-view';
import { SystemUserStore } from './system-user-store';

/** One system user: its public key, and on which assets it stands. */
@Component({
  selector: 'gh-system-user-panel',
  imports: [Copy, NzButtonComponent, PushRecords, RouterLink, SecretsHeld, SidePanel, When],
  templateUrl: './system-user-panel.html',
})
export class SystemUserPanel {
  private readonly store = inject(SystemUserStore);
  private readonly react = injectReaction();
  private readonly router = inject(Router);
  private readonly questions = inject(Questions);
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');

  readonly id = input.required<string>();

  protected readonly systemUser = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });

  /** Names where it stands, and takes it back there first unless the person wants the accounts to stay. */
  protected async remove(systemUser: SystemUserView): Promise<void> {
    const { id, username: name } = systemUser;
    const { items, total } = await this.store.records(id);
    const pushes: (string | null)[] = [];
    const gone = await this.react.ask(
      {
        heading: this.t('systemUsers.remove.heading', { name }),
        text: this.t(total > 0 ? 'systemUsers.remove.text' : 'systemUsers.remove.nowhere', { count: total }),
        names: items.map(({ assetName }) => assetName),
        count: total,
        ...(total > 0 && { tick: this.t('systemUsers.remove.recycle') }),
        yes: this.t('form.delete'),
        destroys: true,
      },
      async () => {
        if (total > 0 && this.questions.ticked()) pushes.push(await this.store.removeEverywhere(id));
        else await this.store.remove(id);
      },
      this.t('systemUsers.removing', { name }),
    );
    if (!gone) return;
    this.store.list.reload();
    const [pushId] = pushes;
    if (!pushId) await this.place.close();
    else await this.router.navigate(['/pushes', pushId]);
  }
}
