import { DIE } from './account-scripts.js';

/**
 * Work in a home is done by the account itself, never by root: whatever link, pipe or device stands there, it leads
 * nowhere that the account couldn't write without us. The account's name and its group's number stand on the first two
 * lines of the input. `su` asks PAM first, which takes four times as long as `setpriv` of util-linux; BusyBox's, a link,
 * can't do this.
 */
function asAccount(program: string): string {
  return String.raw`
IFS= read -r user; IFS= read -r gid
be=/usr/bin/setpriv
if [ -x "$be" ] && [ ! -L "$be" ]; then
  exec "$be" --reuid "$user" --regid "$gid" --init-groups /bin/sh -c '${program}'
fi
exec su -s /bin/sh -c '${program}' "$user"
`;
}

/** Goes into `.ssh` of the home (next line of input) and makes sure that `authorized_keys` is a plain file. No quotes of the single kind. */
const ENTER = String.raw`
${DIE}
PATH=/usr/bin:/bin; umask 077
IFS= read -r home; IFS= read -r mark
cd "$home" || die home-shut "home=$home"
f=authorized_keys
check() {
  [ ! -L .ssh ] || die ssh-link "home=$home"
  [ -d .ssh ] || die ssh-no-folder "home=$home"
  cd .ssh || die ssh-shut "home=$home"
  [ ! -L "$f" ] || die keys-link "home=$home"
  [ -e "$f" ] || return 0
  [ -f "$f" ] || die keys-no-file "home=$home"
  [ "$(wc -c <"$f")" -le 1048576 ] || die keys-too-long "home=$home"
}
new=$f.gatehouse
# the file that "replace" puts in its place is begun: nothing that stands there is written into
fresh() { [ ! -e "$new" ] && [ ! -L "$new" ] || rm -f "$new" || exit 1; }
replace() { mv -f "$new" "$f" || die not-written "path=$home/.ssh/$f"; }
`;

/** Account, its group's number, home, mark, key line: the line stands in `authorized_keys`; all others stay. Says how many lines have our mark besides. */
export const KEY_ADD = asAccount(String.raw`${ENTER}
IFS= read -r key
made=0
[ -L .ssh ] || [ -e .ssh ] || { mkdir .ssh && made=1; } || exit 1
check
[ "$made" = 1 ] || case $(ls -nd .) in drwx------*) ;; *) chmod 700 . ;; esac
old=0 changed=0
if [ -e "$f" ]; then old=$(grep -F " $mark" "$f" | grep -cvxF "$key"); fi
if [ ! -e "$f" ] || ! grep -qxF "$key" "$f"; then
  changed=1
  if [ -e "$f" ]; then
    fresh
    { cat "$f" && { [ -z "$(tail -c 1 "$f")" ] || echo; } && printf "%s\n" "$key"; } >"$new" ||
      die not-written "path=$home/.ssh/$new"
    replace
  else
    set -C
    printf "%s\n" "$key" >"$f" || die not-written "path=$home/.ssh/$f"
  fi
  if command -v restorecon >/dev/null 2>&1; then restorecon -R . >/dev/null 2>&1; fi
fi
printf "%s\n" "changed=$changed" "old=$old"
`);

/** Account, its group's number, home, mark, key line to keep or nothing: other lines with our mark go. */
export const KEY_REMOVE = asAccount(String.raw`${ENTER}
IFS= read -r key
[ -L .ssh ] || [ -e .ssh ] || { echo removed=0; exit 0; }
check
removed=0
if [ -e "$f" ]; then
  removed=$(grep " $mark\$" "$f" | grep -cvxF "$key")
  if [ "$removed" -gt 0 ]; then
    kept=0; grep -qxF "$key" "$f" && kept=1
    fresh
    { sed "/ $mark\$/d" "$f" && { [ "$kept" = 0 ] || [ -z "$key" ] || printf "%s\n" "$key"; }; } >"$new" ||
      die not-written "path=$home/.ssh/$new"
    replace
  fi
fi
echo "removed=$removed"
`);

/** The last word of the line that is ours in `authorized_keys`; letters, digits and - only. */
export function keyMark(systemUserId: string): string {
  return `gatehouse-${systemUserId}`;
}

/** Account: its home and its group's number, or blanks when there is no such account. */
export const HOME_OF = String.raw`
IFS= read -r user
if command -v getent >/dev/null 2>&1; then line=$(getent passwd "$user"); else line=$(grep "^$user:" /etc/passwd); fi
IFS=: read -r _ _ _ gid _ home _ <<END
$line
END
printf '%s\n' "home=$home" "gid=$gid"
`;
