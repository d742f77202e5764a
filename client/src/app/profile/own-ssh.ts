import { Component, computed, DOCUMENT, inject, resource } from '@angular/core';
import { knownHostsLine, sshCommands, sshConfigLines } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getSshDoor } from '../api/fn/me/get-ssh-door';
import { Copy } from '../display/copy';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

/** What to type to get in by SSH, and the lines for `~/.ssh/config` and `known_hosts`: the same as in the SSH menu's help. */
@Component({
  selector: 'gh-own-ssh',
  imports: [Copy],
  templateUrl: './own-ssh.html',
  styleUrl: './own-ssh.css',
})
export class OwnSsh {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly location = inject(DOCUMENT).location;
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  /** Where the lines go. */
  protected readonly files = { config: '~/.ssh/config', knownHosts: '~/.ssh/known_hosts' };

  protected readonly loaded = resource({ loader: () => this.api.invoke(getSshDoor) });
  private readonly doorway = computed(() => {
    const user = this.account.user();
    if (!user || !this.loaded.hasValue()) return null;
    const { host, port, hostKey } = this.loaded.value();
    if (port === null || hostKey === null) return null;
    const here = this.location.hostname.replace(/^\[|\]$/g, '');
    return { host: host ?? here, port, hostKey, username: user.username };
  });
  /** Commands that need no settings, each with what it is for. */
  protected readonly commands = computed(() => {
    const doorway = this.doorway();
    if (!doorway) return [];
    const { menu, straight, jump, files } = sshCommands(doorway, {
      systemUser: this.t('ownSsh.systemUser'),
      asset: this.t('ownSsh.asset'),
      command: this.t('ownSsh.command'),
    });
    return [
      { line: menu, label: 'ownSsh.menu' },
      { line: straight, label: 'ownSsh.straight' },
      { line: jump, label: 'ownSsh.jump' },
      { line: files, label: 'ownSsh.files' },
    ];
  });
  /** Lines for the client's own files; null: not known. */
  protected readonly lines = computed(() => {
    const doorway = this.doorway();
    return doorway && { config: sshConfigLines(doorway).join('\n'), knownHosts: knownHostsLine(doorway) };
  });
  protected readonly fingerprint = computed(() =>
    this.loaded.hasValue() ? this.loaded.value().fingerprint : null,
  );
}
