#!/bin/sh
# vm.sh OPTION...: runs in a root that has qemu, and starts it with these options. What the virtual
# machine is given of its lab, seen in /lab, comes with its initrd.
set -eu
mkdir /dev/net
mknod /dev/net/tun c 10 200
cd /
find lab | cpio --create --format=newc --quiet | cat /image/initrd - >/tmp/initrd
exec qemu-system-x86_64 "$@"
