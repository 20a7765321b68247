"""plot.py: a soak's samples as an SVG, by string formatting alone.

Its colours follow those of the page that it is shown on, light or dark.
"""

from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, GAP, TOP = 900, 110, 70, 24, 46, 70

STYLE = """
  <style>
    :root { --ink: #10212f; --dim: #52667a; --grid: #d5dce3; --paper: #ffffff;
            --line: #1f7a43; --band: #f1f4f7 }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8eef4; --dim: #a3b3c2; --grid: #3a4855;
              --paper: #14191f; --line: #5cc98a; --band: #1d252d }
    }
    text { font: 13px system-ui, sans-serif; fill: var(--ink) }
    .title { font-size: 17px; font-weight: bold }
    .dim { fill: var(--dim); font-size: 12px }
    .paper { fill: var(--paper) }
    .band { fill: var(--band) }
    .grid { stroke: var(--grid); stroke-width: 1 }
    .line { stroke: var(--line); stroke-width: 1.6; fill: none }
    .reload { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 2 3 }
  </style>
"""


def text(x, y, words, kind=None, anchor="start"):
    """One line of text."""
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (
        x, y, anchor, ' class="%s"' % kind if kind else "", escape(words))


def panel(top, samples, row, end, reloads):
    """One series: from 0 to its highest value."""
    values = [sample[row["name"]] for sample in samples]
    high = max(max(values) * 1.1, 1)

    def x(at):
        return LEFT + (WIDTH - LEFT - RIGHT) * at / end

    def y(value):
        return top + HEIGHT * (1 - value / high)

    out = [text(LEFT, top - 8, row["unit"]),
           text(WIDTH - RIGHT, top - 8,
                "second half: %s to %s, %+.3g in 10 minutes" % (
                    "{:,}".format(row["low"]), "{:,}".format(row["high"]),
                    row["per10"]), "dim", "end"),
           '<rect class="band" x="%.1f" y="%d" width="%.1f" height="%d"/>' % (
               x(end / 2), top, x(end) - x(end / 2), HEIGHT)]
    for value in (0, high / 2, high):
        out.append('<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>'
                   % (LEFT, y(value), WIDTH - RIGHT, y(value)))
        out.append(text(LEFT - 6, y(value) + 4, "{:,.0f}".format(value), "dim",
                        "end"))
    for at in reloads:
        out.append('<line class="reload" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>'
                   % (x(at), top, x(at), top + HEIGHT))
    points = " ".join("%.1f,%.1f" % (x(sample["at"]), y(value))
                      for sample, value in zip(samples, values))
    out.append('<polyline class="line" points="%s"/>' % points)
    return out


def draw(samples, rows, reloads, title):
    """The whole picture."""
    end = samples[-1]["at"]
    height = TOP + len(rows) * (HEIGHT + GAP) + 30
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
           'role="img" aria-label="%s">' % (WIDTH, height, escape(title)),
           STYLE,
           '<rect class="paper" width="100%" height="100%"/>',
           text(LEFT, 28, title, "title")]
    for number, row in enumerate(rows):
        out += panel(TOP + number * (HEIGHT + GAP), samples, row, end, reloads)
    bottom = height - GAP + 8
    step = 60 if end < 700 else 300
    for at in range(0, int(end) + 1, step):
        out.append(text(LEFT + (WIDTH - LEFT - RIGHT) * at / end, bottom,
                        "%d min" % (at // 60), "dim", "middle"))
    out.append(text(LEFT, bottom + 20, "dotted: reloads; the second half is "
                    "what is judged", "dim"))
    return "\n".join(out + ["</svg>", ""])
