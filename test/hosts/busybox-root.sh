#!/bin/sh
# A throw-away small host: BusyBox and dropbear, no Python, no sudo, no OpenSSH. Same conventions as host-root.sh.
# $1: host name, $2: address, $3: port.
set -eu
read -r pid _ </proc/self/stat
echo "PID $pid"

mount --make-rprivate /
mount -t tmpfs -o mode=0755,size=256m tmpfs /mnt
root=/mnt/root
mkdir -p $root/bin $root/sbin $root/usr/bin $root/usr/sbin $root/etc/dropbear $root/proc $root/dev $root/run \
  $root/home $root/root
mkdir -m 1777 $root/tmp
cp "$(command -v busybox)" $root/bin/busybox
for program in dropbear dropbearkey; do
  file=$(command -v $program)
  cp "$file" $root/usr/sbin/
  ldd "$file" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root${library%/*}"
    cp -n "$library" "$root$library"
  done
done
mount -t proc proc $root/proc
mount --rbind /dev $root/dev
hostname "$1"
chroot $root /bin/busybox --install -s
echo 'root:x:0:0:root:/root:/bin/sh' >$root/etc/passwd
echo 'root:*:19000:0:99999:7:::' >$root/etc/shadow
chmod 600 $root/etc/shadow
echo 'root:x:0:' >$root/etc/group
echo /bin/sh >$root/etc/shells
echo "127.0.0.1 localhost $1" >$root/etc/hosts

chroot $root /bin/sh -eu
exec chroot $root /usr/sbin/dropbear -F -E -r /etc/dropbear/host_key -p "$2:$3" </dev/null
