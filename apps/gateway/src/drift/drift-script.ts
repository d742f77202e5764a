/**
 * For POSIX `sh`, run as root: says how an account stands, and writes nothing. What it is about stands on its input, one
 * value a line: name, sudoers file, mark of our line in `authorized_keys`, key (or the mark once more), shell. Work in
 * the home is done by the account itself. Of the password it says only what kind it is. Only plain files are read, and
 * no more of them than is needed. From which files sshd accepts keys is asked of sshd itself, with the configuration of
 * the one that this connection came by; where it does not say, those of its default hold (sshd_config(5)).
 */
export const DRIFT_SCRIPT = String.raw`
set -f
has() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s=%s\n' "$1" "$2"; }
IFS= read -r user; IFS= read -r file; IFS= read -r mark; IFS= read -r key; IFS= read -r shell
if has getent; then line=$(getent passwd "$user" | head -n 1 | head -c 2000); else line=$(grep "^$user:" /etc/passwd | head -n 1 | head -c 2000); fi
say entry "$line"
if [ -x "$shell" ]; then say shell there; else say shell none; fi
if [ -n "$line" ]; then
  if [ -f /etc/shadow ] && [ -r /etc/shadow ]; then
    awk -F: -v u="$user" '$1 == u {
      print "password=" ($2 == "" ? "blank" : $2 ~ /^!/ ? "locked" : $2 ~ /^[*x]/ ? "none" : "set")
      print "expires=" substr($8, 1, 12)
      exit
    }' /etc/shadow
  fi
  say today "$(( $(date +%s) / 86400 ))"
  say main "$(id -gn "$user" 2>/dev/null | head -c 200)"
  say groups "$(id -Gn "$user" 2>/dev/null | head -c 8000)"
  home=$(printf '%s\n' "$line" | cut -d: -f6)
  if [ -L "$home" ]; then say home link; elif [ -d "$home" ]; then say home folder; else say home none; fi
  config=$(
    process=$$
    while [ "$process" -gt 1 ]; do
      process=$(awk '$1 == "PPid:" { print $2 }' "/proc/$process/status")
      tr '\0' ' ' <"/proc/$process/cmdline" | sed -n 's/.*sshd.* -f *\([^ ][^ ]*\).*/\1/p' | head -n 1
    done 2>/dev/null | head -n 1)
  files=
  if sshd=$(command -v sshd); then
    set -- -T -C "user=$user,host=localhost,addr=127.0.0.1"
    [ -z "$config" ] || set -- "$@" -f "$config"
    files=$("$sshd" "$@" 2>/dev/null | sed -n 's/^authorizedkeysfile //p' | head -n 1 | head -c 2000)
    [ -n "$files" ] || files='.ssh/authorized_keys .ssh/authorized_keys2'
  fi
  uid=$(printf '%s\n' "$line" | cut -d: -f3)
  # only a home that is no program of sed's is filled in; with any other the usual files are looked at
  case $home$uid in
    *[!A-Za-z0-9/._-]*) places=; [ -z "$files" ] || files='.ssh/authorized_keys .ssh/authorized_keys2' ;;
    *) places="s|%%|%|g; s|%u|$user|g; s|%U|$uid|g; s|%h|$home|g; s|^$home/||" ;;
  esac
  others=
  for each in $files; do
    each=$(printf '%s\n' "$each" | sed "$places")
    case $each in
      none|.ssh/authorized_keys) ;;
      /*)
        [ ! -f "$each" ] || [ "$(wc -c <"$each")" -gt 1048576 ] ||
          say elsewhere "$(grep -c '^[[:space:]]*[^#[:space:]]' "$each") $each" ;;
      *) others="$others $each" ;;
    esac
  done
  printf '%s\n' "$home" "$mark" "$key" "$others" | su -s /bin/sh -c '
    PATH=/usr/bin:/bin
    IFS= read -r home; IFS= read -r mark; IFS= read -r key; IFS= read -r others
    tell() { echo "keys=$1"; exit 0; }
    cd "$home" 2>/dev/null || tell no-entry
    set -f
    for each in $others; do
      [ -f "$each" ] && [ -r "$each" ] && [ "$(wc -c <"$each")" -le 1048576 ] || continue
      echo "elsewhere=$(grep -c "^[[:space:]]*[^#[:space:]]" "$each") $home/$each"
    done
    [ ! -L .ssh ] || tell link
    f=.ssh/authorized_keys
    [ ! -L "$f" ] || tell link
    [ -e "$f" ] || tell none
    [ -f "$f" ] && [ -r "$f" ] || tell no-file
    [ "$(wc -c <"$f")" -le 1048576 ] || tell too-long
    echo keys=read
    grep -F -e " $mark" -e "$key" "$f" | head -n 20 | cut -c 1-2000 | sed "s/^/key=/"
    echo "others=$(grep -v -F -e " $mark" -e "$key" "$f" | grep -c "^[[:space:]]*[^#[:space:]]")"
  ' "$user" 2>/dev/null | head -c 60000 | sed 's/^/home:/'
fi
if [ -L "$file" ]; then say sudo link
elif [ ! -e "$file" ]; then say sudo none
elif [ ! -f "$file" ]; then say sudo no-file
elif [ "$(wc -c <"$file")" -gt 1048576 ]; then say sudo too-long
else
  say sudo file
  say sudomode "$(ls -n "$file" | awk '{ print substr($1, 1, 10), $3, $4 }')"
  say sudodigest "$(sha256sum <"$file" | cut -c 1-64)"
fi
say end ok
`;
