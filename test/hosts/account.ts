/** An account to be made on a throw-away host. */
export interface Account {
  username: string;
  password?: string;
  /** One or more OpenSSH public key lines. */
  publicKey?: string | readonly string[];
  /** `nopasswd`: everything without a password; `password`: everything with one. */
  sudo?: 'nopasswd' | 'password';
  shell?: string;
}

/** One word of a shell command, whatever it holds except NUL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function keyLines(account: Account): string[] {
  if (account.publicKey === undefined) return [];
  return typeof account.publicKey === 'string' ? [account.publicKey] : [...account.publicKey];
}

function authorizedKeys(account: Account): string {
  const lines = keyLines(account);
  if (lines.length === 0) return '';
  const name = quoted(account.username);
  return `home=~${account.username}
mkdir -p "$home/.ssh"
printf '%s\\n' ${lines.map(quoted).join(' ')} >"$home/.ssh/authorized_keys"
chmod 700 "$home/.ssh"
chmod 600 "$home/.ssh/authorized_keys"
chown -R ${name} "$home/.ssh"
`;
}

/** Shell commands that make the account on a host with shadow-utils. */
export function debianAccount(account: Account): string {
  const name = quoted(account.username);
  const shell = quoted(account.shell ?? '/bin/bash');
  // Without PAM, sshd takes "!" in the password field as a locked account and "*" as one without a password.
  let script = `id -u ${name} >/dev/null 2>&1 || useradd -m -s ${shell} -p '*' ${name}\n`;
  if (account.password !== undefined) {
    script += `printf '%s\\n' ${quoted(`${account.username}:${account.password}`)} | chpasswd -c SHA512\n`;
  }
  if (account.sudo !== undefined) {
    const rule = `${account.username} ALL=(ALL:ALL) ${account.sudo === 'nopasswd' ? 'NOPASSWD: ' : ''}ALL`;
    const file = `/etc/sudoers.d/${account.username}`;
    script += `printf '%s\\n' ${quoted(rule)} >${file}\nchmod 440 ${file}\n`;
  }
  return script + authorizedKeys(account);
}

/**
 * Shell commands that make the account on a host with BusyBox. Debian builds its BusyBox without adduser and chpasswd,
 * so the lines are written here.
 */
export function busyboxAccount(account: Account, uid: number): string {
  const { username, password } = account;
  const home = `/home/${username}`;
  const passwd = quoted(`${username}:x:${uid}:${uid}::${home}:${account.shell ?? '/bin/sh'}`);
  const hash = password === undefined ? "'*'" : `"$(mkpasswd -m sha512 ${quoted(password)})"`;
  return `printf '%s\\n' ${passwd} >>/etc/passwd
printf '%s\\n' ${quoted(`${username}:x:${uid}:`)} >>/etc/group
printf '%s:%s:19000:0:99999:7:::\\n' ${quoted(username)} ${hash} >>/etc/shadow
mkdir -p ${home}
chown ${uid}:${uid} ${home}
${authorizedKeys(account)}`;
}
