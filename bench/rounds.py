"""rounds.py: interleaved rounds and what is made of them.

A machine has moods.  So variants are measured in turn, A B C, B C A, and so on,
and only ratios within a round are looked at; of these the median and the
quartiles.
"""

import statistics
import sys


def say(text, end="\n"):
    print(text, end=end, flush=True)


# what takes longer, or does not decide a goal, has a part of the rounds
SHARES = {"beside": 4, "lookup": 5, "signing": 8, "slow": 13}


def fewer(count):
    """{name: its rounds} where the ratios of the cached paths get count."""
    return {name: max(1, round(count / share))
            for name, share in SHARES.items()}


def interleave(title, variants, rounds, between=None):
    """Lists of what each variant measured: {name: [measured, …]}.

    variants: {name: function}.  between(round) is called before each round.
    """
    results = {name: [] for name in variants}
    names = list(variants)
    for number in range(rounds):
        if between:
            between(number)
        shift = number % max(1, len(names))
        for name in names[shift:] + names[:shift]:
            if sys.stdout.isatty():
                say(f"\r\033[K  {title}, round {number + 1} of {rounds}: "
                    f"{name}", end="")
            results[name].append(variants[name]())
    if sys.stdout.isatty():
        say("\r\033[K", end="")
    return results


class Spread:
    """Median and quartiles of some numbers."""

    def __init__(self, numbers):
        numbers = sorted(numbers)
        self.count = len(numbers)
        self.median = statistics.median(numbers)
        if len(numbers) > 1:
            parts = statistics.quantiles(numbers, n=4, method="inclusive")
            self.low, self.high = parts[0], parts[2]
        else:
            self.low = self.high = numbers[0]

    def data(self):
        return {"median": self.median, "low": self.low, "high": self.high}


def spread(measured, field):
    return Spread([one[field] for one in measured]).data()


def ratios(over, under, field):
    """Round by round: over[field] / under[field]."""
    return Spread([a[field] / b[field]
                   for a, b in zip(over, under)]).data()


def number(value, digits=3):
    """A number for a table: 12345 -> 12,345; 0.12345 -> 0.123."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.{digits - 1}f}"


def show(value, scale=1):
    """A spread for a table: 0.98 (0.97-0.99)."""
    return (f"{number(value['median'] * scale)} "
            f"({number(value['low'] * scale)}–"
            f"{number(value['high'] * scale)})")
