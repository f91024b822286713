#!/bin/sh
# private.sh COMMAND [ARGUMENT]...: runs COMMAND in the mount namespace that has just been made for
# it, after seeing to it that nothing mounted there shows outside.
#
# unshare's --propagation does that too, but only where / is a mount point, which it is not in a
# chroot; mount's --namespace acts at the real root of the namespace.
set -eu
mount --namespace /proc/self/ns/mnt --make-rprivate /
exec "$@"
