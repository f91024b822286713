#!/bin/sh
# Keeps a file for each lease, without anything but a shell: see README.md.
set -u
cd "${LEASE_FILES:-/var/lib/kea/leases}" || exit

# What the protocol needs. The stream goes out of the reach of everything that is started here.
serve() {
    id=
    while IFS= read -r line <&3; do
        case $line in
        EVENT=*) line=${line#*=} id=${line%% *} point=${line#* } ;;
        KEA_*=*) export "${line?}" ;;
        '')
            [ -z "$id" ] || { (handle "$point") 3<&- 4>&-; echo "done $id $?" >&4; }
            id=
            ;;
        esac
    done
}

# What is done for an event; its exit code is the answer. Values are still escaped.
handle() {
    case $1/${KEA_LEASE4_CHANGE-} in
    leases4_committed/new | leases4_committed/renewed)
        printf '%s %s\n' "$KEA_LEASE4_HWADDR" "$KEA_LEASE4_HOSTNAME" >"$KEA_LEASE4_ADDRESS"
        ;;
    *) rm -f "$KEA_LEASE4_ADDRESS" ;;
    esac
}

exec 3<&0 4>&1 </dev/null >&2
serve
