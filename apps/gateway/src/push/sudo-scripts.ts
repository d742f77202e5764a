/**
 * Path, then the file: checks it alone, then in a copy of all that sudo reads here, and leaves it beside its place under
 * a name that sudo skips. Changes nothing that sudo reads. Status 3: there is no sudo.
 */
export const SUDO_CHECK = String.raw`
set -f
die() { echo "$*" >&2; exit 1; }
IFS= read -r file
folder=$(dirname "$file"); name=$(basename "$file"); new=$folder/.$name.new
command -v sudo >/dev/null 2>&1 && command -v visudo >/dev/null 2>&1 || exit 3
[ -f /etc/sudoers ] || die "There is no /etc/sudoers."
grep -Eq "^[#@]includedir[[:space:]]+$folder/?[[:space:]]*\$" /etc/sudoers || die "/etc/sudoers does not include $folder: add a line @includedir $folder."
[ -d "$folder" ] || die "There is no folder $folder."
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cat >"$work/new" || exit 1
if cmp -s "$work/new" "$file" && [ "$(ls -n "$file" | cut -c1-10)" = -r--r----- ]; then echo changed=0; exit 0; fi
whole() {
  mkdir "$work/d" || exit 1
  set +f
  for one in "$folder"/*; do
    case $(basename "$one") in "$name"|*.*|*~) continue ;; esac
    [ -f "$one" ] && cp "$one" "$work/d/"
  done
  set -f
  cp "$work/new" "$work/d/$name"
  sed "s|^[#@]includedir[[:space:]].*$folder.*|#includedir $work/d|" /etc/sudoers >"$work/sudoers"
  chmod 0440 "$work/sudoers" "$work/d/$name"
}
said=$(visudo -c -f "$work/new" 2>&1) || die "visudo refuses the file: $said"
whole
said=$(visudo -c -f "$work/sudoers" 2>&1) || die "visudo refuses sudoers with the file in it: $said"
rm -f "$new"
cp "$work/new" "$new" && chown 0:0 "$new" && chmod 0440 "$new" || die "$new could not be written."
echo changed=1
`;

/** Path: what was checked takes its place in one go; if sudo's own check of all then fails, what was there comes back. */
export const SUDO_INSTALL = String.raw`
die() { echo "$*" >&2; exit 1; }
IFS= read -r file
folder=$(dirname "$file"); name=$(basename "$file"); new=$folder/.$name.new old=$folder/.$name.old
[ -f "$new" ] && [ ! -L "$new" ] || die "What was checked is gone."
rm -f "$old"
[ ! -e "$file" ] || cp -p "$file" "$old" || exit 1
mv -f "$new" "$file" || exit 1
if said=$(visudo -c 2>&1); then rm -f "$old"; exit 0; fi
if [ -e "$old" ]; then mv -f "$old" "$file"; else rm -f "$file"; fi
die "visudo refuses sudoers since the file is in it, so it was taken out again: $said"
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
