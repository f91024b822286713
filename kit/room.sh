#!/bin/sh
# room.sh ROOT MOUNTPOINT [SOURCE TARGET]... -- COMMAND [ARGUMENT]...
#
# Turns the mount namespace it is started in into a room: a throwaway copy of ROOT (an overlay whose
# changes are kept in memory), with SOURCE folders visible at TARGET, and runs COMMAND there.
# MOUNTPOINT is an empty folder of the caller's; where a tmpfs is mounted on it already, the changes
# are kept there and found again. It needs a mount and a PID namespace of its own.
set -eu
lower=$1 room=$2
shift 2

mountpoint -q "$room" || mount -t tmpfs -o mode=755 room "$room"
cd "$room"
mkdir -p lower upper work root
# A bind mount under a plain name: overlay options know no escape for a colon in a path.
mount --bind "$lower" lower
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root
cd root

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755,nosuid dev dev
while read -r name major minor; do
    mknod -m 666 "dev/$name" c "$major" "$minor"
done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
mkdir dev/pts dev/shm dev/mqueue
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=755,nosuid,nodev run run
mount -t tmpfs -o mode=1777 tmp tmp
# A machine's reboot key and the kernel's own settings stay out of reach.
mount -o bind,ro proc/sysrq-trigger proc/sysrq-trigger 2>/dev/null || :

while [ "$1" != -- ]; do
    if [ -d "$1" ]; then
        mkdir -p "./$2"
    else
        mkdir -p "./${2%/*}"
        : >"./$2"
    fi
    mount --rbind "$1" "./$2"
    shift 2
done
shift

# As when a machine leaves its initramfs: unlike pivot_root, this works inside a chroot as well.
mount --move . /
exec chroot . "$@"
