#!/usr/bin/env python3
"""page.py FILE...: what a browser's and a reader's tools would find in a
status page.  Prints each finding; exits 1 on any.

Without any error of HTML's own parsing rules, nothing that the strictest
Content-Security-Policy with a style sheet inside the page would stop, and
every colour of a text on its ground with a contrast of 4.5 or more.
"""

import re
import sys

import html5lib

SCRIPT = {'script', 'iframe', 'object', 'embed', 'link', 'base', 'img', 'svg'}
TEXTS = ('ink', 'dim', 'red', 'amber', 'blue', 'green')
GROUNDS = ('paper', 'band')


def parse(text):
    """The errors of parsing, then those of what the page may not hold."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(text)
    for (line, column), code, _ in parser.errors:
        yield f'line {line}, column {column}: {code}'

    ids = set()
    for element in root.iter():
        if element.tag in SCRIPT:
            yield f'<{element.tag}> in the page'
        for name, value in element.attrib.items():
            if name.startswith('on') or name in ('style', 'src', 'href',
                                                 'action', 'formaction'):
                yield f'the attribute {name}="{value}"'
            if name == 'id' and value in ids:
                yield f'the id {value} twice'
            if name == 'id':
                ids.add(value)
        label = element.get('aria-labelledby')
        if label and not root.findall(f'.//*[@id="{label}"]'):
            yield f'no element with the id {label}'
        if element.tag == 'th' and not element.get('scope'):
            yield 'a <th> without scope'
        if element.tag == 'button' and not ''.join(element.itertext()).strip():
            yield 'a <button> without a name'

    for url in re.findall(r'url\(|@import', text):
        yield f'{url} in the style sheet'


def luminance(colour):
    """WCAG 2.1's relative luminance of #rrggbb."""
    linear = []
    for i in (1, 3, 5):
        part = int(colour[i:i + 2], 16) / 255
        linear.append(part / 12.92 if part <= 0.03928
                      else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrasts(text):
    """Pairs of colours that are hard to read, light and dark."""
    themes = re.findall(r':root\{([^}]*)\}', text)
    if len(themes) != 2:
        yield f'{len(themes)} sets of colours, not 2'
    for theme in themes:
        colours = dict(re.findall(r'--(\w+):(#[0-9a-f]{6})', theme))
        for name in TEXTS:
            for ground in GROUNDS:
                pair = sorted((luminance(colours[name]),
                               luminance(colours[ground])))
                ratio = (pair[1] + 0.05) / (pair[0] + 0.05)
                if ratio < 4.5:
                    yield f'{name} on {ground} has a contrast of {ratio:.2f}'


def main():
    """All files, one line for each finding."""
    bad = 0
    for name in sys.argv[1:]:
        with open(name, encoding='utf-8', newline='') as page:
            text = page.read()
        for finding in (*parse(text), *contrasts(text)):
            print(f'{name}: {finding}')
            bad = 1
    return bad


sys.exit(main())
