#!/usr/bin/env bash
# status.sh [DIR]: what Prometheus, browsers and readers of JSON find in the
# documents of the status, and contrib/ against them; as TAP.
#
# The documents are those that build/unit/plain/test_status prints.  With DIR
# contrib/ and README.md are taken from there.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

cd "$root"
from=${1:-$root}
print=build/unit/plain/test_status
rules=$from/contrib/prometheus/jwt-issuer.rules.yml
tests=$from/contrib/prometheus/jwt-issuer.test.yml
dashboard=$from/contrib/grafana/nginx-jwt-issuer.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# FILE COMMAND…: what the command prints, as a file
document() {
    "${@:2}" >"$work/$1"
}

# promtool ends with 0 in spite of a name that it does not like
quiet_promtool() { # FILE
    local said status=0
    said=$(promtool check metrics <"$1" 2>&1) || status=$?
    echo "$said"
    [ $status = 0 ] && [ -z "$said" ]
}

# every expression of the dashboard, its variables replaced, as rules
dashboard_rules() {
    jq -er '[.panels[].targets[].expr
             | gsub("\\$__rate_interval"; "5m")
             | gsub("\\$(job|instance|service|environment)"; ".*")]
            | {groups: [{name: "dashboard",
                rules: [to_entries[] | {record: "x:\(.key)", expr: .value}]}]}' \
        "$dashboard" >"$work/dashboard.yml" &&
        promtool check rules "$work/dashboard.yml"
}

# nothing of the Grafana that it was made in; panels that do not overlap
dashboard_form() {
    jq -e '.id == null and .uid == null
           and ([.. | objects | .datasource? // empty | .uid]
                | unique == ["${datasource}"])
           and ([.panels[].id] | length == (unique | length))
           and ([.panels[].gridPos | select(.x + .w > 24)] == [])
           and ([.panels[].gridPos
                 | range(.x; .x + .w) as $x | range(.y; .y + .h) as $y
                 | "\($x) \($y)"]
                | length == (unique | length))' "$dashboard"
}

# README.md has the name of every member, in `backquotes`
members() {
    local name bad=0
    while read -r name; do
        grep -qF "\`$name\`" "$from/README.md" || {
            echo "README.md does not describe the member $name"
            bad=1
        }
    done < <(jq -r '[.. | objects | keys_unsorted[]] | unique[]' \
                 "$work/full.json")
    return $bad
}

tap_run "the unit test that prints builds" make -s -f tools/unit.mk "$print"

for example in "" none good hostile; do
    document metrics "$print" prometheus $example
    tap_run "promtool likes the metrics${example:+, $example}" \
        quiet_promtool "$work/metrics"
    document document.json "$print" json $example
    tap_run "jq reads the JSON${example:+, $example}" \
        jq -e .now_epoch "$work/document.json"
    for more in "" "clock operable"; do
        # shellcheck disable=SC2086
        document page.html "$print" html $example $more
        tap_run "the page is good${example:+, $example}${more:+, $more}" \
            /usr/bin/python3 -B tools/page.py "$work/page.html"
    done
done

document full.prom "$print" prometheus
document full.json "$print" json
tap_run "README.md describes every member of the JSON" members
tap_run "metrics in README.md, rules and dashboard exist" tools/metrics.pl \
    "$work/full.prom" "$from/README.md" "$rules" "$tests" "$dashboard"
tap_run "promtool reads the rules" promtool check rules "$rules"
tap_run "alerts fire and are silent as their tests say" \
    promtool test rules "$tests"
tap_run "promtool reads the dashboard's expressions" dashboard_rules
tap_run "the dashboard fits any Grafana" dashboard_form

tap_done
