#!/usr/bin/python3
"""scaling.py: what a fleet of proxies asks of AWS, and how a key spreads.

  scaling.py            prints the tables of SCALING.md
  scaling.py --write    writes them there, and doc/scaling.svg
  scaling.py --check    whether the model and the simulation say the same, and
                        the tables that need no simulation are those there
  scaling.py --predict proxies=N secrets=N tasks=N refresh=S call=S for=S
                        rotations=S,S
                        JSON: calls of each action from a start of all of them
                        on, the least and the most of many simulations; how
                        long half, and 99 %, of the JWK sets wait for a key;
                        when it is published everywhere at the latest

Python's own library and nothing else.  scaling_model.py has the closed forms
and AWS's figures, scaling_sim.py the simulation.
"""

import json
import os
import random
import re
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scaling_model as model
import scaling_plot as plot
import scaling_sim as sim

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PROXIES = (10, 1000, 100000)
SERVICES = (1, 5, 50, 1000)
DEFAULTS = model.Timing()
SEED = 7
SAMPLE = []


def rows(head, lines):
    """A table in Markdown."""
    return "\n".join(["| %s |" % " | ".join(line) for line in
                      [head, ["---"] + ["---:"] * (len(head) - 1)] + lines])


def figure(number):
    """Three digits that matter."""
    if number >= 1000:
        return "{:,.0f}".format(float("%.3g" % number))
    return "%.3g" % number


def percent(part):
    """Of a quota."""
    return figure(100 * part) + " %" if part < 10 else figure(part) + " times"


def clock(seconds):
    """As nginx has times."""
    if seconds < 0:
        return "-" + clock(-seconds)
    if seconds < 59.5:
        return "%.2g s" % seconds if seconds < 9.95 else "%.0f s" % seconds
    minutes, seconds = divmod(round(seconds), 60)
    if minutes < 60:
        return "%d min %d s" % (minutes, seconds)
    return "%d h %d min" % divmod(minutes, 60)


def calls_table():
    """Calls, quotas, money."""
    lines = []
    for proxies in PROXIES:
        for services in SERVICES:
            keys = proxies * services
            secrets = model.rates("secretsmanager", keys, DEFAULTS)
            tasks = model.rates("ecs", keys, DEFAULTS)
            rate = secrets["GetSecretValue"]
            ecs = tasks["DescribeServices"]
            quota = model.QUOTAS["GetSecretValue"][0]
            half = max(2 * keys * 2 / quota, 1)
            lines.append([
                figure(proxies), figure(services), figure(rate),
                percent(rate / quota),
                "$" + figure(model.cost("secretsmanager", keys, DEFAULTS)),
                clock(half), figure(ecs),
                percent(ecs / model.QUOTAS["DescribeServices"][0])])
    return rows(["proxies", "services", "`GetSecretValue` a second",
                 "of the quota", "a month", "shortest `refresh`",
                 "`DescribeServices` a second", "of the quota"], lines)


def batch_table():
    """One by one, in batches, and by version."""
    lines = []
    for services in SERVICES:
        for proxies in (1000, 100000):
            keys = proxies * services
            rounds = 1 / DEFAULTS.refresh
            one = 2 * keys * rounds
            batches = proxies * -(-services // model.BATCH) * rounds
            pending = keys * rounds
            batch = max(batches / model.QUOTAS["BatchGetSecretValue"][0],
                        pending / model.QUOTAS["GetSecretValue"][0])
            lines.append([
                figure(proxies), figure(services), figure(one),
                percent(one / model.QUOTAS["GetSecretValue"][0]),
                "%s + %s" % (figure(batches), figure(pending)),
                percent(batch), figure(pending),
                percent(pending / model.QUOTAS["DescribeSecret"][0])])
    return rows(["proxies", "services", "one by one: calls a second",
                 "of the quota", "in batches, and `AWSPENDING`",
                 "of the nearest quota", "`DescribeSecret`", "of its quota"],
                lines)


def waits():
    """When each of 100,000 proxies published a key, by the simulation."""
    if not SAMPLE:
        run = sim.Simulation(PROXIES[-1], ["secretsmanager"], DEFAULTS.refresh,
                             seed=SEED, rotations=[0.0], steady=True)
        SAMPLE.extend(run.run_until_seen(1000).seen[0])
        random.Random(SEED).shuffle(SAMPLE)     # they came in order of time
    return SAMPLE


def latest_of(proxies):
    """The same sample as fleets of so many."""
    sample = waits()
    return [max(sample[at:at + proxies])
            for at in range(0, len(sample), proxies)]


def verifiers():
    """When verifiers beside those proxies know it."""
    chance = random.Random(SEED)
    return [one + chance.uniform(0, DEFAULTS.max_age) for one in waits()]


def spread_table():
    """How a key spreads: the formula and the simulation."""
    lines = []
    last = model.latest("secretsmanager", DEFAULTS)
    for name, proxies in [("one proxy's JWK set", 1)] + [
            ("all of %s" % figure(number), number) for number in PROXIES]:
        found = latest_of(proxies)
        cells = []
        for part in (0.5, 0.99):
            cells.append(clock(model.all_seen(proxies, part, DEFAULTS)))
            cells.append(clock(sim.share(found, part))
                         if len(found) > 1 else "")
        lines.append([name] + cells + [clock(last), clock(max(found))])
    found = verifiers()
    cells = []
    for part in (0.5, 0.99):
        cells.append(clock(model.verifier(part, DEFAULTS)))
        cells.append(clock(sim.share(found, part)))
    lines.append(["one verifier"] + cells + [
        clock(last + DEFAULTS.max_age), clock(max(found))])
    return rows(["known to", "half of the time", "simulated",
                 "99 % of the time", "simulated", "at the latest",
                 "simulated"], lines)


def refusal(kind, proxies, chance, timing):
    """Seconds for which some verifier refuses the new key; negative: to spare.
    A verifier keeps the set of the last proxy from just before it learned it.
    """
    last = timing.refresh * model.seen_by(chance.random() ** (1 / proxies))
    first = timing.refresh * model.seen_by(
        1 - chance.random() ** (1 / proxies))
    # the last one has made its other calls before, and this one
    known = last + 2 * timing.call + timing.max_age
    if kind == "signs at once":
        return known - first
    if kind == "a proxy starts":
        return known - chance.uniform(0, known)
    if kind == "AWSPENDING":
        return known - timing.activate
    if kind == "a call fails":
        # the last one meets a failure, with its attempts and the first wait
        known += 3 * timing.call + chance.uniform(0.5, 1)
    if kind == "cut":
        known = max(known, 600 + chance.uniform(30, 60) + timing.max_age)
    return known - first - timing.activate


def refusal_table():
    """What a rotation costs verifiers that keep to max-age."""
    names = [("the default `activate_after`", "normal"),
             ("the same, and a fetch fails once", "a call fails"),
             ("the same, and a proxy is cut off for 10 min", "cut"),
             ("`activate_after 0`", "signs at once"),
             ("a proxy starts just then, without `AWSPENDING`",
              "a proxy starts"),
             ("`AWSPENDING` for 10 min 30 s before", "AWSPENDING")]
    lines = []
    for name, kind in names:
        cells = [name]
        for proxies in PROXIES:
            chance = random.Random(SEED)
            found = [refusal(kind, proxies, chance, DEFAULTS)
                     for _ in range(2000)]
            worst = max(found)
            cells.append("none" if worst <= 0 else clock(worst))
        lines.append(cells)
    return rows(["refusals last at most"] + ["%s proxies" % figure(number)
                                             for number in PROXIES], lines)


def overload_table():
    """Over the quota: 2000 keys stand for any number, and the quota is as
    many times smaller; its bucket is not, for the scatter of few is larger."""
    lines = []
    keys, refresh = 2000, DEFAULTS.refresh
    usual = 2 * keys / refresh
    for ratio in (0.5, 0.9, 1.1, 2, 5, 10):
        run = sim.Simulation(
            keys, ["secretsmanager"], refresh, seed=SEED, steady=True,
            quotas={"GetSecretValue": (usual / ratio,
                                       100 * (usual / ratio) ** 0.5)},
            rotations=[3600.0])
        run.run(1800)
        run.calls.clear()
        run.refused.clear()
        run.gaps.clear()
        run.run(3600)
        calls = run.calls["GetSecretValue"]
        refused = run.refused["GetSecretValue"]
        apart = sum(run.gaps) / len(run.gaps)
        seen = run.run(5400).seen[0]
        late = sim.share(seen, 0.99) if len(seen) > 0.99 * keys else None
        lines.append([
            percent(ratio), percent(calls / 1800 / usual * ratio),
            percent(refused / calls), clock(apart),
            clock(late) if late else "more than 30 min"])
    return rows(["demand, of the quota", "calls made, of the quota",
                 "of them refused", "a key is fetched every",
                 "99 % of proxies have a new key after"], lines)


def start_table():
    """All at once, with the quotas; 1/10 of the fleet for 1/10 of them."""
    lines = []
    for source, proxies, services, part in (
            ("secretsmanager", 10, 1000, 1), ("secretsmanager", 1000, 5, 1),
            ("secretsmanager", 1000, 50, 10), ("secretsmanager", 100000, 1, 20),
            ("ecs", 10, 50, 1), ("ecs", 1000, 5, 1)):
        quotas = {name: (rate / part, burst and burst / part)
                  for name, (rate, burst) in model.QUOTAS.items()}
        run = sim.Simulation(proxies // part, [source] * services,
                             DEFAULTS.refresh, seed=SEED, quotas=quotas)
        while any(key.version < 0 for key in run.keys) and run.now < 7200:
            run.run(run.now + 1)
        own, quota = model.start(source, proxies, services, DEFAULTS)
        refused = sum(run.refused.values()) / sum(run.calls.values())
        lines.append([
            "`key %s`" % source, figure(proxies), figure(services), clock(own),
            clock(quota), clock(run.now), percent(refused)])
    return rows(["source", "proxies", "services", "for one proxy alone",
                 "by the quota at least", "simulated: all have keys",
                 "calls refused"], lines)


def picture():
    """The plot."""
    drawn = plot.Plot("How a new key spreads: refresh 5m, max-age 5m", 12)
    shares = [at / 200 for at in range(1, 200)]
    for name, colour, found, formula in (
            ("in one proxy's JWK set", "#1f7a43", waits(),
             lambda part: model.all_seen(1, part, DEFAULTS)),
            ("in those of all of 10 proxies", "#3b6fb6", latest_of(10),
             lambda part: model.all_seen(10, part, DEFAULTS)),
            ("in those of all of 1,000 proxies", "#8b5a9f", latest_of(1000),
             lambda part: model.all_seen(1000, part, DEFAULTS)),
            ("known to a verifier that keeps to max-age", "#c27a12",
             verifiers(), lambda part: model.verifier(part, DEFAULTS))):
        drawn.line(name, colour, plot.spread(found))
        drawn.line(None, "#10212f",
                   [(formula(part) / 60, part) for part in shares], True)
    drawn.mark(DEFAULTS.activate / 60, "the first token of it, at the earliest")
    drawn.mark(model.latest("secretsmanager", DEFAULTS) / 60,
               "the last proxy", 335)
    return drawn.text()


CHEAP = {"calls": calls_table, "batch": batch_table}
TABLES = {**CHEAP, "spread": spread_table, "refusals": refusal_table,
          "overload": overload_table, "start": start_table}


def page():
    """SCALING.md."""
    with open(os.path.join(ROOT, "SCALING.md"), encoding="utf-8") as file:
        return file.read()


def between(name):
    """The place of a table there."""
    return re.compile(r"(?<=<!-- table %s -->\n).*?(?=<!-- end -->)" % name,
                      re.S)


def write():
    """Tables and plot."""
    text = page()
    for name, table in TABLES.items():
        made = "\n%s\n\n" % table()
        text, found = between(name).subn(lambda _, made=made: made, text)
        if found != 1:
            sys.exit("SCALING.md has no place for table " + name)
    with open(os.path.join(ROOT, "SCALING.md"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(ROOT, "doc", "scaling.svg"), "w",
              encoding="utf-8") as file:
        file.write(picture())


def near(what, one, other, part):
    """One comparison of the model with the simulation."""
    good = abs(one - other) <= part * max(abs(one), abs(other))
    print("%s: %s, model %.4g, simulation %.4g" % (
        "ok" if good else "differs", what, one, other))
    return good


def check():
    """True when all agree."""
    good = True
    timing = model.Timing(refresh=30, max_age=30, call=0.02)
    for source in ("secretsmanager", "ecs"):
        run = sim.Simulation(50, [source] * 4, timing.refresh, seed=SEED,
                             call=timing.call, steady=True)
        run.run(600)
        for action, rate in model.rates(source, 200, timing).items():
            good &= near("%s, %s a second" % (source, action), rate,
                         run.calls[action] / 600, 0.02)
    run = sim.Simulation(4000, ["secretsmanager"], timing.refresh, seed=SEED,
                         call=timing.call, steady=True, rotations=[0.0])
    seen = run.run_until_seen(100).seen[0]
    for part in (0.25, 0.5, 0.9, 0.99):
        good &= near("%g of proxies publish a key after" % part,
                     model.all_seen(1, part, timing), sim.share(seen, part),
                     0.05)
    random.Random(SEED).shuffle(seen)
    tens = [max(seen[at:at + 10]) for at in range(0, len(seen), 10)]
    good &= near("half of tens of proxies", model.all_seen(10, 0.5, timing),
                 sim.share(tens, 0.5), 0.03)
    last = model.latest("secretsmanager", timing)
    if max(seen) > last:
        print("differs: the last one %.2f, at the latest %.2f" % (
            max(seen), last))
        good = False
    for name, table in CHEAP.items():
        found = between(name).search(page())
        if not found or found.group(0).strip() != table():
            print("differs: table %s of SCALING.md, see --write" % name)
            good = False
    return good


def predict(words):
    """For t/aws/scaling.t."""
    given = {name: value for name, value in (word.split("=", 1)
                                             for word in words)}
    proxies, refresh = int(given["proxies"]), float(given["refresh"])
    sources = ["secretsmanager"] * int(given["secrets"]) \
        + ["ecs"] * int(given["tasks"])
    rotations = [float(one) for one in given.get("rotations", "").split(",")
                 if one]
    call = float(given["call"])
    found, waited = {}, []
    for seed in range(100):
        run = sim.Simulation(proxies, sources, refresh, seed=seed, call=call,
                             rotations=rotations).run(float(given["for"]))
        for action, number in run.calls.items():
            found.setdefault(action, []).append(number)
        waited.extend(wait for seen in run.seen for wait in seen)
    timing = model.Timing(refresh=refresh, call=call)
    return {"calls": {action: {"mean": sum(all_of) / len(all_of),
                               "least": min(all_of), "most": max(all_of)}
                      for action, all_of in found.items()},
            "waits": [sim.share(waited, part) for part in (0.5, 0.99)
                      if waited],
            "latest": max(model.latest(source, timing) for source in sources)}


def main():
    """See above."""
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "--predict":
        print(json.dumps(predict(sys.argv[2:])))
    elif what == "--check":
        sys.exit(0 if check() else 1)
    elif what == "--write":
        write()
    else:
        for name, table in TABLES.items():
            print("%s\n\n%s\n" % (name, table()))


if __name__ == "__main__":
    main()
