# tap.sh: TAP from shell scripts; sourced, never run.
#
#   tap_run NAME COMMAND…   one test: passes when the command ends with 0; what
#                           a failing command printed follows as comments
#   tap_done                the plan; the script's exit status
# shellcheck shell=bash

tap_count=0
tap_bad=0

tap_result() { # STATUS NAME
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_bad=$((tap_bad + 1))
        echo "not ok $tap_count - $2"
    fi
}

tap_run() { # NAME COMMAND…
    local name=$1 out status=0
    shift
    out=$("$@" 2>&1) || status=$?
    tap_result "$status" "$name"
    if [ "$status" != 0 ] && [ -n "$out" ]; then
        printf '#   %s\n' "${out//$'\n'/$'\n#   '}"
    fi
}

tap_done() {
    echo "1..$tap_count"
    [ "$tap_bad" = 0 ]
}
