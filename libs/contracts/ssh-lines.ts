/** How the gateway is reached by SSH: for lines to copy into a client's settings. */
export interface Doorway {
  host: string;
  port: number;
  username: string;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
}

/** The name by which these lines know the gateway, whatever its address is. */
const ALIAS = 'gatehouse';

/** Lines for `~/.ssh/config` (ssh_config(5)); `ssh systemuser@asset` then goes through the gateway. */
export function sshConfigLines({ host, port, username }: Omit<Doorway, 'hostKey'>): string[] {
  return [
    `Host ${ALIAS}`,
    `  HostName ${host}`,
    `  Port ${port}`,
    `  User ${username}`,
    `  HostKeyAlias ${ALIAS}`,
    'Host web-* db-*',
    `  ProxyJump ${ALIAS}`,
    `  HostKeyAlias ${ALIAS}`,
  ];
}

/** The line for `~/.ssh/known_hosts`: one for the gateway and for every asset behind it. */
export function knownHostsLine({ hostKey }: Pick<Doorway, 'hostKey'>): string {
  return `${ALIAS} ${hostKey}`;
}

/** Words for what a person puts in the place of these. */
export interface SshPlaceholders {
  systemUser: string;
  asset: string;
  command: string;
}

/** Commands that need no settings: the menu, straight to an asset, by ProxyJump, and files of all assets. */
export function sshCommands(
  { host, port, username }: Omit<Doorway, 'hostKey'>,
  { systemUser, asset, command }: SshPlaceholders,
): { menu: string; straight: string; jump: string; files: string } {
  return {
    menu: `ssh -p ${port} ${username}@${host}`,
    straight: `ssh -p ${port} ${username}@${systemUser}@${asset}@${host} [${command}]`,
    jump: `ssh -J ${username}@${bracketed(host)}:${port} ${systemUser}@${asset} [${command}]`,
    files: `sftp -P ${port} ${username}@${host}`,
  };
}

/** An IPv6 address before a port. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
