"""scaling_plot.py: how a new key spreads, in SVG, by string formatting alone."""

from xml.sax.saxutils import escape

WIDTH, HEIGHT = 900, 500
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 60, 120

STYLE = """
  <style>
    text   { fill: #10212f }
    .axis  { fill: #33475a; font-size: 12px; text-anchor: middle }
    .side  { fill: #33475a; font-size: 12px; text-anchor: end }
    .head  { font-weight: bold; font-size: 15px }
    .grid  { stroke: #d5dce3; stroke-width: 1 }
    .mark  { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 5 4 }
    .note  { fill: #b3261e; font-size: 12px; text-anchor: end }
    .line  { fill: none; stroke-width: 2 }
  </style>
"""


class Plot:
    """Shares (0 to 1) over minutes."""

    def __init__(self, title, minutes):
        self.minutes = minutes
        self.parts = [
            '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'viewBox="0 0 %d %d" role="img" aria-labelledby="title" '
            'font-family="Helvetica, Arial, sans-serif" font-size="13">'
            % (WIDTH, HEIGHT, WIDTH, HEIGHT),
            '  <title id="title">%s</title>' % escape(title),
            STYLE.strip("\n"),
            '  <rect x="0.5" y="0.5" width="%d" height="%d" rx="10" '
            'fill="#ffffff" stroke="#b9c4cf"/>' % (WIDTH - 1, HEIGHT - 1),
            '  <text class="head" x="24" y="32">%s</text>' % escape(title)]
        self.keys = 0
        self.axes()

    def x(self, minute):
        """Pixels."""
        return LEFT + (WIDTH - LEFT - RIGHT) * minute / self.minutes

    @staticmethod
    def y(share):
        """Pixels."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def axes(self):
        """Grid and figures."""
        for minute in range(self.minutes + 1):
            x = self.x(minute)
            self.parts.append(
                '  <line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>'
                '<text class="axis" x="%.1f" y="%d">%d</text>'
                % (x, TOP, x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 18, minute))
        for percent in range(0, 101, 25):
            y = self.y(percent / 100)
            self.parts.append(
                '  <line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>'
                '<text class="side" x="%d" y="%.1f">%d %%</text>'
                % (LEFT, y, WIDTH - RIGHT, y, LEFT - 8, y + 4, percent))
        self.parts.append(
            '  <text class="axis" x="%.1f" y="%d">minutes after the change in '
            'the source</text>' % (self.x(self.minutes / 2),
                                   HEIGHT - BOTTOM + 38))

    def line(self, name, colour, points, dashed=False):
        """points: (minutes, share); a line without a name is not explained."""
        text = " ".join("%.1f,%.1f" % (self.x(x), self.y(y))
                        for x, y in points if x <= self.minutes)
        self.parts.append(
            '  <polyline class="line" stroke="%s"%s points="%s"/>'
            % (colour, ' stroke-dasharray="2 4"' if dashed else "", text))
        if name:
            x = 24 + 440 * (self.keys % 2)
            y = HEIGHT - 60 + 22 * (self.keys // 2)
            self.keys += 1
            self.parts.append(
                '  <line class="line" stroke="%s"%s x1="%d" y1="%d" x2="%d" '
                'y2="%d"/><text x="%d" y="%d">%s</text>'
                % (colour, ' stroke-dasharray="2 4"' if dashed else "", x, y,
                   x + 26, y, x + 34, y + 4, escape(name)))

    def mark(self, minute, text, level=10):
        """An event; level: pixels above the axis."""
        x = self.x(minute)
        self.parts.append(
            '  <line class="mark" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>'
            '<text class="note" x="%.1f" y="%d">%s</text>'
            % (x, TOP, x, HEIGHT - BOTTOM, x - 6, HEIGHT - BOTTOM - level,
               escape(text)))

    def text(self):
        """The file."""
        return "\n".join(self.parts + ["</svg>", ""])


def spread(values, points=120):
    """The share of values up to each of so many of them."""
    ordered = sorted(values)
    step = max(len(ordered) // points, 1)
    picked = [(ordered[at] / 60, (at + 1) / len(ordered))
              for at in range(0, len(ordered), step)]
    return [(picked[0][0], 0.0)] + picked + [(ordered[-1] / 60, 1.0)]
