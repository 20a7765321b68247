"""scaling_model.py: closed forms for a fleet of proxies, and the facts of AWS.

N proxies with M services each ask every T seconds, give or take 10 %, as
src/core/jwti_schedule.c has it.  All times are in seconds.
"""

import math

# requests per second and account and region, and the burst where one is given
QUOTAS = {
    "GetSecretValue": (10000, None),
    "DescribeSecret": (40000, None),
    "BatchGetSecretValue": (100, None),
    "DescribeServices": (20, 100),
    "DescribeTaskDefinition": (20, 50),
}
BATCH = 20                      # secrets of a BatchGetSecretValue at most
PRICE = 0.05 / 10000            # of a call to Secrets Manager
MONTH = 30 * 86400

JITTER = 0.1
TRANSFERS = 12                  # at one time, of a proxy
BACKOFF_MAX = 60

# what a source asks for: each refresh; besides, when it has another key
STEPS = {
    "secretsmanager": (["GetSecretValue", "GetSecretValue"],
                       ["GetSecretValue"]),
    "ecs": (["DescribeServices"], ["DescribeTaskDefinition"]),
    "ecs with a secret": (["DescribeServices", "GetSecretValue"],
                          ["DescribeTaskDefinition"]),
}


class Timing:
    """What a configuration says, with the module's defaults."""

    def __init__(self, refresh=300, max_age=300, lifetime=600, activate=None,
                 retire=None, call=0.05):
        self.refresh, self.max_age, self.lifetime = refresh, max_age, lifetime
        self.activate = (1 + JITTER) * refresh + max_age \
            if activate is None else activate
        self.retire = lifetime + 60 + max_age if retire is None else retire
        self.call = call            # how long one call takes


def period(source, timing):
    """From one refresh to the next, on average: it is due from its end on."""
    return timing.refresh + timing.call * len(STEPS[source][0])


def rates(source, keys, timing):
    """Calls per second of each action, of so many keys (N x M)."""
    out = {}
    for action in STEPS[source][0]:
        out[action] = out.get(action, 0) + keys / period(source, timing)
    return out


def changes(source, keys):
    """Calls that a rotation of all keys, or a start, costs besides."""
    out = {}
    for action in STEPS[source][1]:
        out[action] = out.get(action, 0) + keys
    return out


def cost(source, keys, timing):
    """Dollars a month for the calls; of ECS there are none."""
    return sum(rate * MONTH * PRICE
               for action, rate in rates(source, keys, timing).items()
               if "Secret" in action)


def start(source, proxies, services, timing):
    """Seconds until N proxies that start at once can have their keys: what
    their own bound allows, and what the quotas do."""
    # of Secrets Manager, AWSCURRENT is asked for first, for all services
    calls = {"secretsmanager": ["GetSecretValue"],
             "ecs": ["DescribeServices", "DescribeTaskDefinition"]}[source]
    own = math.ceil(services / TRANSFERS) * len(calls) * timing.call
    quota = max((proxies * services - (QUOTAS[action][1] or 0))
                / QUOTAS[action][0] for action in calls)
    return own, max(quota, 0)


# The wait of one proxy: a change falls anywhere into the time from one fetch to
# the next, which is spread evenly over T (1 -/+ 0.1).

def seen_by(share):
    """When one proxy has seen it with this probability; T is 1."""
    if share <= 1 - JITTER:
        return share
    width = 2 * JITTER
    # share = (1 - JITTER) + y - y^2 / (2 width)
    rest = width ** 2 - 2 * width * (share - (1 - JITTER))
    return 1 - JITTER + width - math.sqrt(max(rest, 0))


def probability(time):
    """The same the other way round."""
    if time <= 1 - JITTER:
        return max(time, 0)
    if time >= 1 + JITTER:
        return 1
    more, width = time - (1 - JITTER), 2 * JITTER
    return 1 - JITTER + more - more ** 2 / (2 * width)


def all_seen(proxies, share, timing):
    """When all of N proxies publish it, with this probability."""
    return seen_by(share ** (1 / proxies)) * timing.refresh + timing.call


def first_seen(proxies, share, timing):
    """When the first of them does."""
    return seen_by(1 - (1 - share) ** (1 / proxies)) * timing.refresh \
        + timing.call


def latest(source, timing):
    """The last moment at which a proxy whose calls succeed publishes it: it had
    just asked, made the rest of its calls, waited, and asked again."""
    return (1 + JITTER) * timing.refresh \
        + timing.call * (len(STEPS[source][0]) + len(STEPS[source][1]))


def verifier(share, timing):
    """When one verifier, beside one proxy, has it with this probability: its
    set may have been fetched just before."""
    low, high = 0, (1 + JITTER) * timing.refresh + timing.max_age
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        if _reached(middle, timing) < share:
            low = middle
        else:
            high = middle
    return high + timing.call


def _reached(time, timing, steps=400):
    """The probability: the mean over the age of the set."""
    total = 0
    for step in range(steps):
        age = (step + 0.5) / steps * timing.max_age
        total += probability((time - age) / timing.refresh)
    return total / steps


def activate_after(source, timing, partition=0, lag=0):
    """How long it must be for no verifier ever to refuse a token: lag is until
    all endpoints of the source have the new version; partition is how long a
    proxy is cut off from it after the change.  A cut proxy is back after at
    most the back-off, which is never longer than the refresh, and a call."""
    seen = latest(source, timing)
    if partition:
        seen = max(seen, partition + min(BACKOFF_MAX, timing.refresh)
                   + 3 * timing.call)
    return seen + lag + timing.max_age


def retire_after(timing, spread, offset=0):
    """How long a replaced key must stay published: spread is between the first
    and the last proxy that change to the new one, offset how far the clock of
    the last one is ahead."""
    return timing.lifetime + spread + offset
