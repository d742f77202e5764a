#!/bin/sh
# A throw-away Debian-like host: this machine's own files under an overlay, so that accounts made here exist only here.
# Runs as the first process of new mount, pid, uts and ipc namespaces. $1: host name.
# Standard input: a shell script that is run inside the new root before sshd starts.
set -eu
# /proc is still the outer one: this is our process id as the tests see it. Needed to enter the host later.
read -r pid _ </proc/self/stat
echo "PID $pid"

mount --make-rprivate /
mount -t tmpfs -o mode=0755,size=2g tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs -o mode=1777,size=2g tmpfs /mnt/root/tmp
mount -t tmpfs -o mode=0755 tmpfs /mnt/root/run
mkdir /mnt/root/run/sshd
# root's home is that of a fresh system: what this machine's root starts its shells with may take seconds
mount -t tmpfs -o mode=0700 tmpfs /mnt/root/root
cp -r /mnt/root/etc/skel/. /mnt/root/root/
hostname "$1"

chroot /mnt/root /bin/sh -eu
# sshd is the host's init: when it goes, the kernel ends everything else in here.
exec chroot /mnt/root /usr/sbin/sshd -D -e -f /etc/gatehouse-host/sshd_config </dev/null
