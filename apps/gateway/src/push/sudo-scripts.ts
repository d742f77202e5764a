import { DIE } from './account-scripts.js';

/** Where `$file` is and how it is called; the shell's own means, as each program that is started costs an asset milliseconds. */
const PLACE = 'folder=$' + '{file%/*} name=$' + '{file##*/}';
/** How `$one` is called. */
const ONE = '$' + '{one##*/}';
/** The second word, without a slash at its end. */
const SECOND = '$' + '{2%/}';

/**
 * Path, then the file: checks it together with all that sudo reads here, and leaves it beside its place under a name that
 * sudo skips, where it was checked as a part of the whole. Changes nothing that sudo reads. Status 3: there is no sudo.
 */
export const SUDO_CHECK = String.raw`
set -f
${DIE}
IFS= read -r file
${PLACE}; new=$folder/.$name.new
command -v sudo >/dev/null 2>&1 && command -v visudo >/dev/null 2>&1 || exit 3
[ -f /etc/sudoers ] || die no-sudoers
[ -d "$folder" ] || die no-sudoers-folder "folder=$folder"
want=
while IFS= read -r line || [ -n "$line" ]; do
  want="$want$line
"
done
if [ -e "$file" ] && [ "$(cat "$file" && echo .)" = "$want." ]; then
  case $(ls -n "$file") in -r--r-----*) echo changed=0; exit 0 ;; esac
fi
[ ! -e "$new" ] && [ ! -L "$new" ] || rm -f "$new" || exit 1
drop=$new
trap '[ -z "$drop" ] || rm -f "$drop"' EXIT
umask 0226
# all that sudo reads, as it will be; it skips names with a dot, and so do we those that an include can't name
others=
set +f
for one in "$folder"/*; do
  case ${ONE} in "$name"|*[!A-Za-z0-9_+,:@-]*) continue ;; esac
  [ ! -f "$one" ] || others="$others
#include $one"
done
set -f
found=0
while IFS= read -r line || [ -n "$line" ]; do
  case $line in [#@]includedir[[:space:]]*)
    set -- $line
    if [ "$#" = 2 ] && [ "${SECOND}" = "$folder" ]; then
      [ "$found" = 1 ] || printf '%s\n' "$others" "$want"
      found=1
      continue
    fi ;;
  esac
  printf '%s\n' "$line"
done </etc/sudoers >"$new" || die not-written "path=$new"
[ "$found" = 1 ] || die no-sudoers-include "folder=$folder"
said=$(visudo -c -f "$new" 2>&1) && fits=1 || fits=0
printf '%s' "$want" >"$new" || die not-written "path=$new"
if [ "$fits" = 0 ]; then
  alone=$(visudo -c -f "$new" 2>&1) || die sudoers-refused "said=$alone"
  die sudoers-misfit "said=$said"
fi
drop=
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
