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
cat >"$work/$name" || exit 1
if [ -e "$file" ] && cmp -s "$work/$name" "$file"; then
  case $(ls -n "$file") in -r--r-----*) echo changed=0; exit 0 ;; esac
fi
# all that sudo reads, as it will be; names with a dot are skipped in the folder, also here
set --
set +f
for one in "$folder"/*; do
  case ${ONE} in "$name"|*.*|*~) continue ;; esac
  [ ! -f "$one" ] || set -- "$@" "$one"
done
set -f
[ "$#" = 0 ] || cp "$@" "$work/" || exit 1
sed "s|^[#@]includedir[[:space:]].*$folder.*|#includedir $work|" /etc/sudoers >"$work/all.sudoers" || exit 1
chmod 0440 "$work/all.sudoers" "$work/$name" || exit 1
if ! said=$(visudo -c -f "$work/all.sudoers" 2>&1); then
  alone=$(visudo -c -f "$work/$name" 2>&1) || die sudoers-refused "said=$alone"
  die sudoers-misfit "said=$said"
fi
[ ! -e "$new" ] && [ ! -L "$new" ] || rm -f "$new"
cp -p "$work/$name" "$new" || die not-written "path=$new"
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
