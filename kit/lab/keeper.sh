#!/bin/sh
# keeper.sh FOLDER: holds the namespaces of a lab until its standard input ends, which it does when
# the process that holds the other end is gone, however it went. Then it removes everything,
# FOLDER included.
#
# Started in a mount namespace of its own. Prints the PID of the lab's first process; whatever
# joins that one's PID namespace ends with it. Networks, mounts and namespaces end with their last
# process; only the folders of control groups and files have to be removed by somebody.
set -eu
folder=$1

# A mount of our own: it is the same on a machine with both kinds of control groups.
mkdir "$folder/cgroup"
mount -t cgroup2 cgroup2 "$folder/cgroup"
group=$folder/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/${folder##*/}
mkdir "$group"
ln -s "$group" "$folder/hosts"

# shellcheck disable=SC2016 # expanded by the shell that is started
setpriv --pdeathsig KILL unshare --net --pid --fork --kill-child=KILL \
    --mount --propagation unchanged sh -euc '
        # /proc is still the one outside, and so is this number.
        read -r pid rest </proc/self/stat
        ip -batch - <<END
link set lo up
link add manage type bridge
address add 192.0.2.254/24 dev manage
link set manage up
END
        echo "$pid"
        exec >/dev/null
        sleep infinity &
        wait
    ' </dev/null >"$folder/first" &
holder=$!

finish() {
    trap - EXIT
    # Nobody may be left to read what the shell says of killed processes, which would end it here.
    exec >/dev/null 2>&1
    kill -KILL "$(cat "$folder/first")" 2>/dev/null || kill -KILL "$holder" 2>/dev/null || :
    wait "$holder" || :
    # The kernel may need a moment more for the last process to leave its group.
    tries=0
    until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || [ $tries -eq 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    umount --lazy "$folder/cgroup"
    rm -rf --one-file-system "$folder"
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

until [ -s "$folder/first" ]; do
    kill -0 "$holder" || exit 1
    sleep 0.01
done
cat "$folder/first"
exec >/dev/null
read -r _ || :
