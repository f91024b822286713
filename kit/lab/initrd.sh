#!/bin/busybox sh
# initrd.sh: the first process of a virtual machine, until it has its disk and its network; from then
# on it is started as every host of a lab is. What the lab has for it is in /lab; lab_name and
# lab_address are from the kernel's command line.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox --install -s /bin
export PATH=/bin

mount -t devtmpfs dev /dev
for module in /modules/*; do
    insmod "$module"
done
until [ -b /dev/vda ]; do
    usleep 20000
done
mount -t ext4 /dev/vda /new
mount -t sysfs sysfs /new/sys
mount -t tmpfs -o mode=755 run /new/run
mkdir /new/run/lab
mount -t tmpfs lab /new/run/lab
cp /lab/* /new/run/lab

# Those of programs that are not here; loading them takes most of the boot.
for profile in /new/etc/apparmor.d/*; do
    [ -d "$profile" ] || rm "$profile"
done

echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
ip address add "${lab_address:?}" dev eth0
ip link set eth0 up
mount -o move /dev /new/dev
mount -o move /proc /new/proc
exec switch_root /new /bin/sh -euc "$(cat /lab/init.sh)" init.sh "${lab_name:?}" eth0
