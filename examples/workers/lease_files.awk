#!/usr/bin/env -S mawk -W interactive -f
# Keeps a file for each lease, in awk: see README.md. With gawk the first line is: #!/usr/bin/gawk -f
#
# A line at a time: with RS = "" awk would see the end of an event only when the next one begins.
BEGIN {
    folder = ENVIRON["LEASE_FILES"] != "" ? ENVIRON["LEASE_FILES"] : "/var/lib/kea/leases"
}

/^EVENT=/ {
    split(substr($0, 7), event, " ")
    next
}

/^KEA_/ {
    equals = index($0, "=")
    value[substr($0, 1, equals - 1)] = substr($0, equals + 1)
}

$0 == "" && event[1] != "" {
    print "done", event[1], handle(event[2])
    fflush()
    event[1] = ""
}

# What is done for an event; returns the exit code. Values are still escaped.
function handle(point,    file, change) {
    file = folder "/" value["KEA_LEASE4_ADDRESS"]
    change = value["KEA_LEASE4_CHANGE"]
    if (point == "leases4_committed" && (change == "new" || change == "renewed")) {
        printf "%s %s\n", value["KEA_LEASE4_HWADDR"], value["KEA_LEASE4_HOSTNAME"] >file
        return close(file) != 0
    }
    return remove(file)
}

# The one thing here that takes a process. The folder is yours, the address Kea's: no client
# chooses a character of what the shell reads.
function remove(file) {
    return system("rm -f '" file "' </dev/null >&2") != 0
}
