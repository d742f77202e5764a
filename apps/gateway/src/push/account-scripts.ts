/**
 * For a script: ends it with a {@link HostWord} and what goes into its gaps (`name=value`), see `runStep`. No quotes of
 * the single kind.
 */
export const DIE = String.raw`
die() {
  echo "failed=$1" >&2; shift
  for gap in "$@"; do printf "%s\n" "$gap" | tr "\n" " " >&2; echo >&2; done
  exit 1
}
`;

/**
 * Programs for POSIX `sh` that make, change and remove an account, run as root. What they are about stands on their
 * standard input, one value a line, so that nothing of it is ever read as a program. With shadow-utils (Debian, RHEL)
 * they use those; BusyBox's adduser where there is one; else they write the files themselves, each in one go.
 */
const WORDS = String.raw`
set -f
${DIE}
has() { command -v "$1" >/dev/null 2>&1; }
entry() { if has getent; then getent passwd "$1"; else grep "^$1:" /etc/passwd; fi; }
held=0
locked() {
  [ "$held" = 0 ] || return 0
  tries=0
  until mkdir /etc/.gatehouse.lock 2>/dev/null; do
    tries=$((tries + 1)); [ "$tries" -lt 20 ] || die push-lock
    sleep 1
  done
  held=1
  trap 'rmdir /etc/.gatehouse.lock' EXIT
}
# replaces a file by what comes in, with the same owner and mode
renew() {
  cp -p "$1" "$1.gatehouse" && cat >"$1.gatehouse" && mv "$1.gatehouse" "$1" || die not-written "path=$1"
}
`;

/** Name of the account, shell, home (blank: the usual one), comment, groups, 1 when the account is ours. Says whether the home was made with it: that one need not be looked at. */
export const ACCOUNT = String.raw`${WORDS}
IFS= read -r user; IFS= read -r shell; IFS= read -r home; IFS= read -r comment; IFS= read -r groups; IFS= read -r ours
missing= locked=0 changed=0
if [ ! -x "$shell" ]; then missing=$shell; shell=/bin/sh; fi
for group in $groups; do
  grep -q "^$group:" /etc/group || { has getent && getent group "$group" >/dev/null; } || die no-group "group=$group"
done
by_hand() {
  locked
  grep -q "^$user:" /etc/group && die group-exists "username=$user"
  [ -n "$uid" ] || uid=$(awk -F: 'BEGIN { m = 999 } $3 >= 1000 && $3 < 60000 && $3 > m { m = $3 } END { print m + 1 }' /etc/passwd /etc/group)
  dir=$home; [ -n "$dir" ] || dir=/home/$user
  { awk 1 /etc/group; echo "$user:x:$uid:"; } | renew /etc/group || exit 1
  { awk 1 /etc/shadow; echo "$user:*:19000:0:99999:7:::"; } | renew /etc/shadow || exit 1
  { awk 1 /etc/passwd; echo "$user:x:$uid:$uid:$comment:$dir:$shell"; } | renew /etc/passwd || exit 1
}
make() {
  # a home that an earlier account of this name left: the same number again, when it is free
  uid= dir=$home; [ -n "$dir" ] || dir=/home/$user
  # at a place of somebody's choice, who can write beside it is looked at afterwards
  [ -n "$home" ] || [ -e "$dir" ] || [ -L "$dir" ] || free=$dir
  if [ -d "$dir" ] && [ ! -L "$dir" ]; then
    set -- $(ls -nd "$dir"); uid=$3
    [ "$uid" -ge 1000 ] && ! awk -F: -v u="$uid" '$3 == u { f = 1 } END { exit !f }' /etc/passwd || uid=
  fi
  if has useradd; then
    set -- -m -s "$shell" -c "$comment" -p '*'
    [ -z "$home" ] || set -- "$@" -d "$home"
    [ -z "$uid" ] || set -- "$@" -u "$uid"
    tries=0
    until said=$(useradd "$@" "$user" 2>&1); do
      tries=$((tries + 1))
      case $said in *lock*) [ "$tries" -lt 10 ] || die asset-said "said=$said" ;; *) die asset-said "said=$said" ;; esac
      sleep 1
    done
    starred=1
  elif has adduser; then
    set -- -D -s "$shell" -g "$comment"
    [ -z "$home" ] || set -- "$@" -h "$home"
    [ -z "$uid" ] || set -- "$@" -u "$uid"
    adduser "$@" "$user" >/dev/null </dev/null || exit 1
  else by_hand
  fi
}
existed=1 starred=0 free= newhome=0
if has getent; then line=$(getent passwd "$user"); else line=$(grep "^$user:" /etc/passwd); fi
if [ -z "$line" ]; then
  existed=0 changed=1
  make
  line=$(grep "^$user:" /etc/passwd) || line=$(entry "$user") || die account-not-made
fi
IFS=: read -r _ _ uid gid gecos dir now <<END
$line
END
case $uid$gid in ''|*[!0-9]*) die passwd-unsound "username=$user" ;; esac
[ "$uid" != 0 ] || die root-alias "username=$user"
[ -z "$home" ] || [ "$dir" = "$home" ] || die home-differs "found=$dir" "home=$home"
# made where nothing was, just now
[ "$free" != "$dir" ] || [ ! -d "$dir" ] || [ -L "$dir" ] || newhome=1
if [ "$now" != "$shell" ]; then
  changed=1
  if has usermod; then usermod -s "$shell" "$user" || exit 1
  else locked; awk -F: -v OFS=: -v u="$user" -v s="$shell" '$1 == u { $7 = s } 1' /etc/passwd | renew /etc/passwd || exit 1; fi
fi
if [ "$ours" = 1 ] && [ "$existed" = 1 ] && [ "$gecos" != "$comment" ]; then
  changed=1
  if has usermod; then usermod -c "$comment" "$user" || exit 1
  else locked; awk -F: -v OFS=: -v u="$user" -v c="$comment" '$1 == u { $5 = c } 1' /etc/passwd | renew /etc/passwd || exit 1; fi
fi
# sshd without PAM takes "!" for a locked account: one that never had a password gets "*", no password
if [ "$starred" = 0 ] && [ -r /etc/shadow ]; then
  case $(awk -F: -v u="$user" '$1 == u { print $2 }' /etc/shadow) in
    '!'|'!!')
      changed=1
      if has usermod; then usermod -p '*' "$user" || exit 1
      else awk -F: -v OFS=: -v u="$user" '$1 == u { $2 = "*" } 1' /etc/shadow | renew /etc/shadow || exit 1; fi ;;
    '!'*) locked=1 ;;
  esac
fi
main= is=
[ "$groups$ours" = 0 ] || { main=$(id -gn "$user"); is=" $(id -Gn "$user") " || exit 1; }
for group in $groups; do
  case $is in *" $group "*) continue ;; esac
  changed=1
  if has usermod; then usermod -a -G "$group" "$user" || exit 1
  else awk -F: -v OFS=: -v g="$group" -v u="$user" '$1 == g { $4 = $4 == "" ? u : $4 "," u } 1' /etc/group | renew /etc/group || exit 1; fi
done
if [ "$ours" = 1 ]; then
  for group in $is; do
    [ "$group" != "$main" ] || continue
    case " $groups " in *" $group "*) continue ;; esac
    changed=1
    if has gpasswd; then gpasswd -d "$user" "$group" >/dev/null || exit 1
    else awk -F: -v OFS=: -v g="$group" -v u="$user" '$1 == g { n = split($4, m, ","); $4 = ""; for (i = 1; i <= n; i++) if (m[i] != u) $4 = $4 == "" ? m[i] : $4 "," m[i] } 1' /etc/group | renew /etc/group || exit 1; fi
  done
fi
printf '%s\n' "existed=$existed" "changed=$changed" "uid=$uid" "gid=$gid" "home=$dir" "newhome=$newhome" "missing=$missing" "locked=$locked"
`;

/**
 * Name, user id, group id, home: the home is there, a folder, the account's own. Makes it when it is missing, below
 * folders that belong to root alone: nobody can put a link in its way then.
 */
export const HOME = String.raw`${WORDS}
IFS= read -r user; IFS= read -r uid; IFS= read -r gid; IFS= read -r home
case $home in /*/*) ;; *) die home-odd "home=$home" ;; esac
case $home in */../*|*/..|*/./*|*/.) die home-dots "home=$home" ;; esac
[ ! -L "$home" ] || die home-link "home=$home"
made=0
if [ ! -e "$home" ]; then
  above=$home
  while [ "$above" != "" ]; do
    above=$(dirname "$above")
    set -- $(ls -nLd "$above") || die home-no-parent "folder=$above"
    [ "$3" = 0 ] || die home-parent-foreign "folder=$above"
    case $1 in ?????w*|????????w*) die home-parent-open "folder=$above" ;; esac
    [ "$above" != / ] || break
  done
  mkdir -m 0700 "$home" && chown "$uid:$gid" "$home" || exit 1
  made=1
fi
[ -d "$home" ] || die home-no-folder "home=$home"
set -- $(ls -nd "$home")
[ "$3" = "$uid" ] || die home-foreign "home=$home" "uid=$3"
case $1 in ?????w*|????????w*) die home-open "home=$home" ;; esac
echo "made=$made"
`;

/** Name, password: it is set, as this host hashes passwords. */
export const PASSWORD = String.raw`${WORDS}
IFS= read -r user; IFS= read -r password
if has chpasswd; then
  set --
  if chpasswd --help 2>&1 | grep -q BusyBox; then set -- -c sha512; fi
  printf '%s:%s\n' "$user" "$password" | chpasswd "$@" >/dev/null || exit 1
elif has mkpasswd; then
  locked
  hash=$(printf '%s' "$password" | mkpasswd -m sha512 -P 0) || exit 1
  case $hash in '$6$'*) ;; *) die no-hash ;; esac
  printf '%s\n' "$hash" | awk -F: -v OFS=: -v u="$user" 'NR == FNR { h = $0; next } $1 == u { $2 = h } 1' - /etc/shadow | renew /etc/shadow || exit 1
else die no-chpasswd
fi
`;

/** Name, user id: what runs as the account ends, and the account goes, when it has this id. Its home stays. */
export const ACCOUNT_REMOVE = String.raw`${WORDS}
IFS= read -r user; IFS= read -r uid
line=$(entry "$user") || line=
[ -n "$line" ] || { echo gone=0; exit 0; }
IFS=: read -r _ _ now _ _ dir _ <<END
$line
END
[ "$now" = "$uid" ] && [ "$uid" -gt 0 ] || die other-account "username=$user" "found=$now" "uid=$uid"
if has crontab; then crontab -r -u "$user" >/dev/null 2>&1; fi
running() {
  set +f
  for process in /proc/[0-9]*; do
    set -- $(ls -nd "$process" 2>/dev/null)
    [ "$3" != "$uid" ] || echo "$process"
  done
  set -f
}
round=0
while :; do
  left=$(running)
  [ -n "$left" ] || break
  round=$((round + 1)); [ "$round" -le 5 ] || break
  for process in $left; do kill -KILL "$(basename "$process")" 2>/dev/null; done
  sleep 1
done
if has userdel; then
  tries=0
  until said=$(userdel "$user" 2>&1); do
    tries=$((tries + 1)); [ "$tries" -lt 4 ] || die asset-said "said=$said"
    sleep 1
  done
elif has deluser; then deluser "$user" >/dev/null </dev/null || exit 1
else
  locked
  for file in passwd shadow; do awk -F: -v u="$user" '$1 != u' "/etc/$file" | renew "/etc/$file" || exit 1; done
  awk -F: -v OFS=: -v u="$user" '$1 == u { next } { n = split($4, m, ","); $4 = ""; for (i = 1; i <= n; i++) if (m[i] != u) $4 = $4 == "" ? m[i] : $4 "," m[i] } 1' /etc/group | renew /etc/group || exit 1
fi
[ -z "$(entry "$user")" ] || die account-remains
printf '%s\n' gone=1 "home=$dir"
`;
