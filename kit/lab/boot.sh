#!/bin/sh
# boot.sh GROUP PIDFILE COMMAND [ARGUMENT]...
#
# Starts COMMAND as the first process of a machine in the lab whose namespaces it is run in: with
# mounts, processes, a network, names and a control group (a new folder, GROUP.XXXX) of its own.
# Its PID, as seen from outside, goes to PIDFILE.
set -eu
group=$(mktemp -d "$1.XXXX") pidfile=$2
shift 2

# Before the control group namespace, so that the group becomes its root.
echo 0 >"$group/cgroup.procs"

# shellcheck disable=SC2016 # expanded by the shell that is started
exec unshare --mount --propagation unchanged --pid --fork --kill-child=KILL \
    --net --uts --ipc --cgroup sh -euc '
        pidfile=$1
        shift
        read -r pid rest </proc/self/stat
        echo "$pid" >"$pidfile.new"
        mv "$pidfile.new" "$pidfile"
        # Nobody has the address of another here: none of them waits a second to find out.
        echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
        exec "$@"
    ' sh "$pidfile" "$@"
