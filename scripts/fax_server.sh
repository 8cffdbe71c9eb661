#!/usr/bin/env bash
# A HylaFAX server without a modem, for the tests: `fax_server.sh FOLDER PORT` copies the packaged spool into FOLDER,
# starts faxq and hfaxd there on loopback, prints their process ids and waits; ending this script ends both, by id.
set -euo pipefail
folder="$1" port="$2"
packaged=/var/spool/hylafax
for program in faxq hfaxd; do
  [ -x "/usr/sbin/$program" ] || { echo "no /usr/sbin/$program: apt install hylafax-server" >&2; exit 3; }
done
[ "$(id -u)" -eq 0 ] || { echo "hfaxd changes its root and its user: it must be started as root" >&2; exit 3; }
mkdir -p "$folder"
cp -a "$packaged/." "$folder/"
rm -f "$folder"/FIFO* "$folder"/sendq/* "$folder"/doneq/* "$folder"/docq/* "$folder"/log/*
cp -a /etc/hylafax/. "$folder/etc/"
printf 'localhost:21::\n127.0.0.1\nlocalhost\n' >"$folder/etc/hosts.hfaxd" # hfaxd reads the spool's copy; without it rc 255, "Password"
chown -R uucp:uucp "$folder"
chmod 600 "$folder/etc/hosts.hfaxd"
/usr/sbin/faxq -D -q "$folder" &
faxq=$!
/usr/sbin/hfaxd -d -q "$folder" -l 127.0.0.1 -i "$port" &
hfaxd=$!
trap 'kill "$faxq" "$hfaxd" 2>/dev/null || true' EXIT
trap 'exit 0' TERM INT
echo "$faxq $hfaxd"
wait
