#!/bin/sh
# init.sh NAME INTERFACE...: the last steps before systemd takes over as a host's first process, once
# these interfaces are up. At a host's first boot the keys made for this lab are in /run/lab. A host that
# is no virtual machine has the variable `container`, by which systemd knows.
set -eu

mount -t cgroup2 cgroup2 /sys/fs/cgroup
hostname "$1"

first_boot() {
    echo "$1" >/etc/hostname
    echo "127.0.0.1 localhost $1" >/etc/hosts
    # An uninitialized one would make systemd apply its presets and wait for a network manager.
    rm -f /etc/machine-id
    tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id

    # What a host may install is what the lab serves; nothing else can be reached.
    rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*

    if [ -d /etc/ssh ]; then
        rm -f /etc/ssh/ssh_host_*
        cp /run/lab/host /etc/ssh/ssh_host_ed25519_key
        cp /run/lab/host.pub /etc/ssh/ssh_host_ed25519_key.pub
        chmod 600 /etc/ssh/ssh_host_ed25519_key
        mkdir -p /root/.ssh
        chmod 700 /root/.ssh
        cp /run/lab/login.pub /root/.ssh/authorized_keys
    fi
    umount /run/lab
    rmdir /run/lab

    # Nothing here has a device, a terminal or a later day.
    for unit in systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service \
        systemd-binfmt.service systemd-networkd.service systemd-timesyncd.service \
        console-getty.service getty.target sys-kernel-debug.mount sys-kernel-tracing.mount \
        dev-hugepages.mount modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service \
        modprobe@fuse.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer; do
        ln -sf /dev/null "/etc/systemd/system/$unit"
    done
}

[ ! -d /run/lab ] || first_boot "$1"

shift
for interface in "$@"; do
    until grep -qs up "/sys/class/net/$interface/operstate"; do
        sleep 0.02
    done
done

exec env -i ${container:+"container=$container"} PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --show-status=0
