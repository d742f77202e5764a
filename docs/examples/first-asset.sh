#!/bin/sh
# Does over REST what an administrator does in the console for a first asset: a user with a public key, an asset with
# its host key pinned, a system user with its private key, a record that its account exists there, and a rule that
# lets the user in. Needs curl and nothing else.
#
#   GATEHOUSE_URL=http://127.0.0.1:8080 GATEHOUSE_USERNAME=admin GATEHOUSE_PASSWORD=… \
#     docs/examples/first-asset.sh alice ~/alice.pub web1 192.0.2.10:22 web1-host-key.pub dev ~/dev-key
#
#   alice               the user to add          ~/alice.pub        their public key
#   web1                name of the asset        192.0.2.10:22      where its sshd listens
#   web1-host-key.pub   its host key: /etc/ssh/ssh_host_ed25519_key.pub copied from the asset
#   dev                 the account on it        ~/dev-key          private key that logs in to that account
set -eu

if [ $# -ne 7 ]; then
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2
  exit 64
fi
user=$1 public_key_file=$2 asset=$3 address=$4 host_key_file=$5 system_user=$6 private_key_file=$7

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077

# The text of its input as a JSON string.
json() {
  awk 'BEGIN { printf "\"" }
    { gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); gsub(/\t/, "\\t"); gsub(/\r/, "")
      printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }
    END { printf "\"" }'
}
text() { printf '%s' "$1" | json; }

# call METHOD PATH [BODY]: leaves the answer in a file. Neither token nor body ever stands in the process list.
call() {
  status=$(printf '%s' "${3:-}" | curl --silent --show-error --request "$1" --header @"$work/headers" \
    --data-binary @- --output "$work/answer" --write-out '%{http_code}' "$GATEHOUSE_URL/api/v1$2")
  case $status in
    2*) ;;
    *) printf '%s %s: %s\n%s\n' "$1" "$2" "$status" "$(cat "$work/answer")" >&2; exit 1 ;;
  esac
}
# A text field of the last answer, the first of that name.
answered() { grep -o "\"$1\":\"[^\"]*\"" "$work/answer" | head -n 1 | cut -d '"' -f 4; }

echo 'Content-Type: application/json' > "$work/headers"
call POST /auth/login \
  "{\"username\": $(text "$GATEHOUSE_USERNAME"), \"password\": $(text "$GATEHOUSE_PASSWORD")}"
echo "Authorization: Bearer $(answered accessToken)" >> "$work/headers"

call POST /users "{\"username\": $(text "$user"), \"name\": $(text "$user"), \"role\": \"user\"}"
user_id=$(answered id)
echo "user $user: $user_id, one-time password $(answered oneTimePassword)"
call POST "/users/$user_id/public-keys" "{\"publicKey\": $(json < "$public_key_file")}"

call POST /assets "{\"name\": $(text "$asset"), \"address\": $(text "${address%:*}"), \"port\": ${address##*:},
  \"hostKeys\": [$(json < "$host_key_file")]}"
asset_id=$(answered id)
echo "asset $asset: $asset_id"

call POST /system-users "{\"username\": $(text "$system_user"), \"privateKey\": $(json < "$private_key_file")}"
system_user_id=$(answered id)
echo "system user $system_user: $system_user_id"

# The account is on the asset already: a record-only push writes that down and runs nothing there.
call POST /pushes \
  "{\"systemUserId\": \"$system_user_id\", \"assetIds\": [\"$asset_id\"], \"mode\": \"record-only\"}"
push_id=$(answered id)
state=queued
while [ "$state" = queued ] || [ "$state" = running ]; do
  call GET "/pushes/$push_id"
  state=$(answered state)
  [ "$state" = succeeded ] || sleep 1
done
echo "push $push_id: $state"
[ "$state" = succeeded ] || exit 1

call POST /authorization-rules "{\"name\": $(text "$user on $asset as $system_user"), \"userIds\": [\"$user_id\"],
  \"assetIds\": [\"$asset_id\"], \"systemUserIds\": [\"$system_user_id\"]}"
echo "rule: $(answered id)"

host=${GATEHOUSE_URL#*://}
echo "Now: ssh -p 2222 $user@$system_user@$asset@${host%%[:/]*}"
