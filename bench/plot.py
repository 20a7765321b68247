"""plot.py: the main figures as bars, in SVG, by string formatting alone."""

import math
from xml.sax.saxutils import escape

WIDTH = 900
LEFT, RIGHT = 330, 60           # names of bars, room for figures
BAR, GAP = 18, 8

COLOURS = {"module": "#1f7a43", "module's other ways": "#8cc5a2",
           "nginx, OpenSSL": "#8a97a5", "lua": "#3b6fb6", "njs": "#c27a12",
           "token service": "#8b5a9f"}

STYLE = """
  <style>
    .name  { fill: #10212f; text-anchor: end }
    .value { fill: #33475a; font-size: 12px }
    .head  { fill: #10212f; font-weight: bold; font-size: 15px }
    .axis  { fill: #33475a; font-size: 12px; text-anchor: middle }
    .grid  { stroke: #d5dce3; stroke-width: 1 }
    .mark  { stroke: #b3261e; stroke-width: 1.2; stroke-dasharray: 4 3 }
    .range { stroke: #10212f; stroke-width: 1.2 }
  </style>
"""


def colour(name):
    if name.startswith("lua"):
        return COLOURS["lua"]
    if name.startswith("njs"):
        return COLOURS["njs"]
    if name in ("module", "module, thread pool", "jwt_issuer_token",
                "jwt_issuer_inject"):
        return COLOURS["module"]
    if name.startswith(("jwt_issuer", "module", "pool")):
        return COLOURS["module's other ways"]
    if "service" in name or "sidecar" in name:
        return COLOURS["token service"]
    return COLOURS["nginx, OpenSSL"]


class Panel:
    """Bars with one axis below them."""

    def __init__(self, title, axis, bars, log=False, mark=None):
        self.title, self.axis, self.log, self.mark = title, axis, log, mark
        self.bars = bars        # (label, name of the variant, spread)
        high = max(one["high"] for _, _, one in bars)
        low = min(one["low"] for _, _, one in bars)
        if log:
            self.low = 10 ** math.floor(math.log10(max(low, 1e-3)))
            self.high = 10 ** math.ceil(math.log10(high))
        else:
            self.low, self.high = 0, max(high * 1.02, 1.1)

    def height(self):
        return 34 + len(self.bars) * (BAR + GAP) + 52

    def x(self, value):
        room = WIDTH - LEFT - RIGHT
        if self.log:
            value = max(value, self.low)
            return LEFT + room * (math.log10(value / self.low)
                                  / math.log10(self.high / self.low))
        return LEFT + room * value / self.high

    def ticks(self):
        if self.log:
            first = round(math.log10(self.low))
            last = round(math.log10(self.high))
            return [10.0 ** power for power in range(first, last + 1)]
        step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
                    if self.high / step <= 8)
        return [step * number for number in range(int(self.high / step) + 1)]

    def draw(self, top):
        bottom = top + 34 + len(self.bars) * (BAR + GAP)
        out = [f'<text class="head" x="24" y="{top + 18}">'
               f'{escape(self.title)}</text>']
        for tick in self.ticks():
            x = self.x(tick)
            out.append(f'<line class="grid" x1="{x:.1f}" y1="{top + 28}" '
                       f'x2="{x:.1f}" y2="{bottom}"/>')
            out.append(f'<text class="axis" x="{x:.1f}" y="{bottom + 16}">'
                       f'{tick:g}</text>')
        for number, (label, name, one) in enumerate(self.bars):
            out += self.bar(top + 34 + number * (BAR + GAP), label,
                            colour(name), one)
        if self.mark:
            x = self.x(self.mark)
            out.append(f'<line class="mark" x1="{x:.1f}" y1="{top + 28}" '
                       f'x2="{x:.1f}" y2="{bottom}"/>')
        out.append(f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" '
                   f'y="{bottom + 34}">{escape(self.axis)}</text>')
        return out

    def bar(self, y, label, fill, one):
        start, end = self.x(self.low), self.x(one["median"])
        low, high = self.x(one["low"]), self.x(one["high"])
        middle = y + BAR / 2
        value = one["median"]
        text = f"{value:.2f}" if value < 10 else f"{value:,.0f}"
        return [
            f'<text class="name" x="{LEFT - 8}" y="{y + 13}">'
            f'{escape(label)}</text>',
            f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" '
            f'height="{BAR}" fill="{fill}"/>',
            f'<line class="range" x1="{low:.1f}" y1="{middle}" '
            f'x2="{high:.1f}" y2="{middle}"/>',
            f'<text class="value" x="{max(end, high) + 6:.1f}" '
            f'y="{y + 13}">{text}</text>',
        ]


def panels(data):
    if "cached" in data:
        for part, title in (
                ("endpoint", "Token endpoint, cached"),
                ("injection", "Injection before proxy_pass, cached")):
            yield Panel(title, "share of the speed of nginx's own constant, by "
                        "CPU time per request (goal: 0.97)",
                        [(name, name, one["ratio"])
                         for name, one in data["cached"]["two"][part].items()],
                        mark=0.97)
    if "mint" in data:
        yield Panel("Signed for each request",
                    "share of the speed of `openssl speed`, by CPU time",
                    [(f"{title}: {name}", name, one["raw"])
                     for title, variants in data["mint"].items()
                     for name, one in variants.items() if "raw" in one])
    for bits in ("2048", "4096"):
        title = f"RSA {bits}, 4 clients, all cores"
        if title in data.get("latency", ()):
            yield Panel(f"A neighbour on the same worker while RSA {bits} "
                        "is signed at full rate", "p99 in milliseconds, "
                        "logarithmic",
                        [(name, name, one["p99"]) for name, one
                         in data["latency"][title].items()], log=True)


def legend(y):
    out, x = [], 24
    for name, fill in COLOURS.items():
        out.append(f'<rect x="{x}" y="{y}" width="14" height="14" '
                   f'fill="{fill}"/>')
        out.append(f'<text x="{x + 20}" y="{y + 12}" fill="#10212f">'
                   f'{escape(name)}</text>')
        x += 40 + 8 * len(name)
    out.append(f'<line class="range" x1="{x}" y1="{y + 7}" x2="{x + 18}" '
               f'y2="{y + 7}"/><text x="{x + 24}" y="{y + 12}" '
               'fill="#10212f">quartiles</text>')
    return out


def write(data, path):
    body, top = legend(20), 50
    for panel in panels(data):
        body += panel.draw(top)
        top += panel.height()
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{top}" viewBox="0 0 {WIDTH} {top}" role="img" '
            'aria-labelledby="title" font-family="Helvetica, Arial, '
            'sans-serif" font-size="13">\n'
            '  <title id="title">How fast tokens are had and made, and what a '
            'neighbour notices of it</title>' + STYLE
            # an opaque ground: the same on light and on dark pages
            + f'  <rect x="0.5" y="0.5" width="{WIDTH - 1}" '
            f'height="{top - 1}" rx="10" fill="#ffffff" stroke="#b9c4cf"/>\n  '
            + "\n  ".join(body) + "\n</svg>\n")
