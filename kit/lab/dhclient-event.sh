#!/bin/sh
# Called by dhclient for each event, with what it got in the environment: sets up the interface
# as a plain host would, and leaves a record for the lab in /lab/<4|6>.
#
# shellcheck disable=SC2154 # dhclient sets the variables
set -eu

routes() { # the octets of option 121: for each route its length, its significant octets, gateway
    while [ $# -gt 0 ]; do
        length=$1 prefix='' count=0
        shift
        while [ $count -lt 4 ]; do
            octet=0
            if [ $((count * 8)) -lt "$length" ]; then
                octet=$1
                shift
            fi
            prefix=$prefix${prefix:+.}$octet
            count=$((count + 1))
        done
        gateway=$1.$2.$3.$4
        shift 4
        if [ "$gateway" = 0.0.0.0 ]; then
            ip route replace "$prefix/$length" dev "$interface"
        else
            ip route replace "$prefix/$length" via "$gateway" dev "$interface" onlink
        fi
    done
}

case $reason in
*6) family=6 ;;
*) family=4 ;;
esac
case $reason in
PREINIT | PREINIT6) ip link set "$interface" up ;;
BOUND | RENEW | REBIND | REBOOT)
    ip -4 address replace "$new_ip_address/${new_subnet_mask:-255.255.255.255}" dev "$interface"
    # shellcheck disable=SC2086 # a list of octets
    routes ${new_rfc3442_classless_static_routes-}
    ;;
EXPIRE | FAIL | RELEASE | STOP) ip -4 address flush dev "$interface" ;;
BOUND6 | RENEW6 | REBIND6)
    # Answers in the name of the whole delegated network.
    ip -6 address replace "${new_ip6_prefix%/*}1/128" dev lo
    ;;
EXPIRE6 | DEPREF6 | RELEASE6 | STOP6)
    ip -6 address flush dev lo scope global
    ;;
esac

# In one step, so that the lab never reads half of it.
env | grep -E '^(reason|new_[a-z0-9_]+)=' >"/lab/$family.new"
mv "/lab/$family.new" "/lab/$family"
