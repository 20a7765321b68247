"""report.py: bench/RESULTS.md and bench/results.svg of what was measured."""

import os

import goals
import plot
from nginxes import HERE
from rounds import fewer, number, say, show

HEAD = """# Results of `make bench`

Written by `bench/run.py`; do not edit. {command}

- Every ratio is one within a round: the variants are measured in turn
  (A B C, B C A, …), and a table has the median and in parentheses the quartiles
  of {rounds} rounds of {seconds} s where a cached token is compared with nginx's
  own constant, and of fewer where it says so.
- Each variant is a server of its own with what it needs and one worker, warmed
  up; the servers of the cached paths are started anew three times in a run, so
  that no variant owes anything to where its memory happens to lie.
- *CPU time* is that of the worker with all its threads, from the kernel's
  scheduler, divided by the requests that `wrk` has counted. Others on the
  machine disturb it less than requests per second, but they do, by way of the
  processor's caches: see the load average below, and the quartiles.
- `access_log off`, keep-alive, `wrk -t 1 -c 64`; everything on 127.0.0.1.

![The main figures as bars: the cached paths, signing, a neighbour's
latency](results.svg)

"""


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n"


def code(name):
    """A variant's name, with directives set as code."""
    return f"`{name}`" if "_issuer_" in name or "return" in name else name


def goals_part(data):
    rows = []
    for title, goal, value, met in goals.judge(data):
        rows.append([title, goal, "–" if value is None else number(value),
                     "not measured" if met is None
                     else "yes" if met else "**no**"])
    return "## Goals\n\n" + table(["what", "goal", "measured", "met"], rows)


def machine_part(data):
    return "## Machine\n\n" + table(
        ["", ""], [list(pair) for pair in data["machine"]])


CACHED = {"endpoint": "token endpoint",
          "handler": "what answers, in nginx itself",
          "injection": "injection before `proxy_pass`"}


def cached_tables(data, where):
    text = ""
    for part, title in CACHED.items():
        rows = [[code(name), show(one["cpu"], 1e-3), show(one["ratio"]),
                 show(one["rate"]), show(one["rate_ratio"]),
                 number(one["busy"]["median"])]
                for name, one in data[part].items()]
        text += table([f"{title}, {where}", "µs CPU per request", "ratio",
                       "requests/s", "their ratio", "worker busy"], rows)
    return text


def cached_part(data):
    text = ("## A token from the cache\n\n"
            f"RS512 with RSA 2048: a token of {data['token_bytes']} bytes, an "
            f"answer of {data['bytes']}. The ratio is the baseline's CPU time "
            "over the variant's; 1 is as fast as nginx's own constant. "
            "*Busy* is the worker's share of the time.\n\n"
            "The worker has a core, `wrk` and the upstream have another; "
            "{beside} rounds of all but the first two variants.\n\n")
    text += cached_tables(data["two"], "a core for the worker")
    text += ("The same with worker, `wrk` and upstream on one core: the worker "
             "finds its 64 connections ready each time, nothing is moved from "
             "core to core, and a request costs less. What a variant adds to "
             "it shows more in its ratio. {beside} rounds.\n\n")
    text += cached_tables(data["one"], "one core for all")
    text += table(["worker after these runs", "MB resident"],
                  [[name, number(rss / 1e6)]
                   for name, rss in data["rss"].items()])
    return text


def mint_part(data):
    rows = []
    for title, variants in data.items():
        for name, one in variants.items():
            rows.append([
                title, name, number(1e9 / one["cpu"]["median"]),
                number(one["rate"]["median"]) if "rate" in one else "–",
                show(one["raw"]) if "raw" in one else "–",
                show(one["lua"]) if "lua" in one else "–"])
    return ("## A token that is signed for its request\n\n"
            "`reuse off`. The worker, with its threads, has one core; `openssl "
            "speed` runs in turn on the same one, with a key of the same "
            "size. *lua, key kept* calls OpenSSL through the FFI with parsed "
            "keys, as lua-resty-openssl does; *lua, key parsed* parses the key "
            "each time, as lua-resty-jwt does; njs imports it each time, its "
            "virtual machine lives for one request. {signing} rounds of 0.8 s, "
            "of the last two variants {slow}.\n\n"
            + table(["algorithm", "variant", "tokens per CPU second",
                     "tokens/s", "× `openssl speed`", "× lua, key kept"],
                    rows))


def latency_part(data):
    text = ("## A neighbour on the same worker\n\n"
            "A client asks the worker for a static answer each 2 ms while "
            "tokens are signed at full rate; what it would have asked while it "
            "waits counts with the time that it would have waited. "
            "Milliseconds; {slow} rounds of 2 s.\n\n")
    for title, variants in data.items():
        rows = [[name, show(one["p50"]), show(one["p99"]),
                 show(one["ratio"]) if "ratio" in one else "–",
                 show(one["max"]), number(one["rate"]["median"])]
                for name, one in variants.items()]
        text += table([title, "p50", "p99", "p99 × idle", "max", "tokens/s"],
                      rows)
    return text


def memory_part(data):
    text = "## Many services, many tokens\n\n"
    text += ("After some thousand requests, each service asked for; *resident* "
             "has the pages of the zone in it.\n\n")
    text += table(["worker with", "MB resident", "MB of its own"],
                  [[name, number(rss / 1e6), number(own / 1e6)]
                   for name, (rss, own) in data["rss"].items()])
    rows = [[f"services with {name}, RSA 2048", f"{one['services']:,}",
             f"{one['each']:,.0f}"] for name, one in data["key_bytes"].items()]
    if "token_bytes" in data:
        one = data["token_bytes"]
        rows.append([f"tokens of {one['size']} bytes", f"{one['tokens']:,}",
                     f"{one['each']:,.0f}"])
    text += table(["a zone of 4m holds", "so many", "bytes each"], rows)
    text += table(
        ["10,000 services", "`nginx -t`, s", "reload, s",
         "neighbour's p99 meanwhile, ms", "max, ms"],
        [[name, number(one["check"]["median"]), number(one["reload"]),
          number(one["neighbour"]["p99"]), number(one["neighbour"]["max"])]
         for name, one in data["many"].items()])
    text += ("Of {slow} reloads the median, and the median of what their "
             "neighbours waited for longest.\n\n")
    text += ("What is asked for is drawn at random, all of it cached. Where "
             "there is more of it than the processor's caches hold, memory is "
             "what takes the time: tokens are compared in full.\n\n")
    for part, title in (("services", "cached token of one of"),
                        ("tokens", "one token of")):
        if part in data:
            text += table([title, "µs CPU per request", "× the first"],
                          [[name, show(one["cpu"], 1e-3), show(one["ratio"])]
                           for name, one in data[part].items()])
    return text


PARTS = {"cached": cached_part, "mint": mint_part, "latency": latency_part,
         "memory": memory_part}


def write(data):
    command = "The command: `make bench`, on the machine named below."
    text = HEAD.format(command=command, rounds=data["rounds"],
                       seconds=data["seconds"])
    text += goals_part(data) + machine_part(data)
    for name, part in PARTS.items():
        if name in data:
            text += part(data[name]).format(**fewer(data["rounds"]))
    path = os.path.join(HERE, "RESULTS.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.rstrip("\n") + "\n")
    plot.write(data, os.path.join(HERE, "results.svg"))
    say("")
    for title, goal, value, met in goals.judge(data):
        say(f"  {'-' if met is None else 'met' if met else 'MISSED':7}"
            f"{goal:>8}  {'-' if value is None else number(value):>8}  {title}")
    say("\nbench/RESULTS.md and bench/results.svg have it all.")
