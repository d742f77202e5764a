import { DIE } from './account-scripts.js';

/** Where `$file` is and how it is called; the shell's own means, as each program that is started costs an asset milliseconds. */
const PLACE = 'folder=$' + '{file%/*} name=$' + '{file##*/}';
/** How `$one` is called. */
const ONE = '$' + '{one##*/}';

/**
 * Path, then the file: checks it alone, then in a copy of all that sudo reads here, and leaves it beside its place under
 * a name that sudo skips. Changes nothing that sudo reads. Status 3: there is no sudo.
 */
export const SUDO_CHECK = String.raw`
set -f
${DIE}
IFS= read -r file
${PLACE}; new=$folder/.$name.new
command -v sudo >/dev/null 2>&1 && command -v visudo >/dev/null 2>&1 || exit 3
[ -f /etc/sudoers ] || die no-sudoers
grep -Eq "^[#@]includedir[[:space:]]+$folder/?[[:space:]]*\$" /etc/sudoers || die no-sudoers-include "folder=$folder"
[ -d "$folder" ] || die no-sudoers-folder "folder=$folder"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cat >"$work/new" || exit 1
if [ -e "$file" ] && cmp -s "$work/new" "$file"; then
  case $(ls -n "$file") in -r--r-----*) echo changed=0; exit 0 ;; esac
fi
whole() {
  mkdir "$work/d" || exit 1
  set +f
  for one in "$folder"/*; do
    case ${ONE} in "$name"|*.*|*~) continue ;; esac
    [ -f "$one" ] && cp "$one" "$work/d/"
  done
  set -f
  cp "$work/new" "$work/d/$name"
  sed "s|^[#@]includedir[[:space:]].*$folder.*|#includedir $work/d|" /etc/sudoers >"$work/sudoers"
  chmod 0440 "$work/sudoers" "$work/d/$name"
}
said=$(visudo -c -f "$work/new" 2>&1) || die sudoers-refused "said=$said"
whole
said=$(visudo -c -f "$work/sudoers" 2>&1) || die sudoers-misfit "said=$said"
[ ! -e "$new" ] && [ ! -L "$new" ] || rm -f "$new"
cp "$work/new" "$new" && chown 0:0 "$new" && chmod 0440 "$new" || die not-written "path=$new"
echo changed=1
`;

/** Path: what was checked takes its place in one go; if sudo's own check of all then fails, what was there comes back. */
export const SUDO_INSTALL = String.raw`
${DIE}
IFS= read -r file
${PLACE}; new=$folder/.$name.new old=$folder/.$name.old
[ -f "$new" ] && [ ! -L "$new" ] || die sudoers-lost
[ ! -e "$old" ] && [ ! -L "$old" ] || rm -f "$old"
[ ! -e "$file" ] || cp -p "$file" "$old" || exit 1
mv -f "$new" "$file" || exit 1
if said=$(visudo -c 2>&1); then
  [ ! -e "$old" ] || rm -f "$old"
  exit 0
fi
if [ -e "$old" ]; then mv -f "$old" "$file"; else rm -f "$file"; fi
die sudoers-taken-out "said=$said"
`;

/** Path: the file goes. */
export const SUDO_REMOVE = String.raw`
IFS= read -r file
removed=0
if [ -e "$file" ] || [ -L "$file" ]; then rm -f "$file" || exit 1; removed=1; fi
echo "removed=$removed"
`;

/** Account: what sudo says that it may run. */
export const SUDO_LIST = String.raw`
IFS= read -r user
exec sudo -n -l -U "$user"
`;
