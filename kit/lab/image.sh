#!/bin/sh
# image.sh: runs in a root that has a kernel, and makes in /out what qemu boots of it: the kernel; an
# initrd that finds disk and network, and nothing else; the root itself, seen in /root-folder, as a disk.
set -eu
kernel=$(basename /lib/modules/*)
cp "/boot/vmlinuz-$kernel" /out/kernel

mkdir -p /tmp/initrd/bin /tmp/initrd/dev /tmp/initrd/modules /tmp/initrd/new /tmp/initrd/proc
cd /tmp/initrd
cp /bin/busybox bin
install -m 755 /lab/initrd.sh init
number=100
modprobe --set-version "$kernel" --show-depends --all virtio_pci virtio_blk virtio_net ext4 |
    awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
    number=$((number + 1))
    case $module in
    *.xz) xz --decompress --stdout "$module" >"modules/$number" ;;
    *) cp "$module" "modules/$number" ;;
    esac
done
find . | cpio --create --format=newc --quiet >/out/initrd

truncate --size=4G /out/disk
mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -d /root-folder /out/disk
