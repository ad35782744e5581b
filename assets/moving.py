#!/usr/bin/env python3
"""Puts pictures of a screen one after the other into an SVG that moves by itself.

    moving.py SECONDS:PICTURE... > MOVING

Each picture is one of heaptui's own, shown for so many seconds; then it begins anew. No script: whatever shows a picture
plays it. What is on several pictures is in the file once. Whoever asks for less motion sees the picture alone that is shown
longest, as does a program that knows no animations.
"""

import re
import sys

FRAMES = [argument.split(":", 1) for argument in sys.argv[1:]]
SECONDS = [float(seconds) for seconds, _ in FRAMES]


def shapes(path):
    """The root element, what is behind the letters, and the letters."""
    lines = open(path, encoding="utf-8").read().splitlines()
    root = next(line for line in lines if line.startswith("<svg"))
    drawn = [line for line in lines if line.startswith(("<rect", "<text", "<path", "<circle"))]
    first = next(at for at, line in enumerate(drawn) if line.startswith("<text"))
    return root, drawn[:first], drawn[first:]


def times(frames):
    """Keyframes of what is shown on some of the pictures."""
    steps, at, before = [], 0.0, None
    for number, seconds in enumerate(SECONDS):
        now = "visible" if number in frames else "hidden"
        if now != before:
            steps.append(f"{at / sum(SECONDS) * 100:.2f}%{{visibility:{now}}}")
        at, before = at + seconds, now
    return "".join(steps)


def main():
    classes, rules = {}, []

    def short(match):
        """A class in place of what is said of many letters."""
        name = classes.setdefault(match.group(0), f"l{len(classes)}")
        return f'class="{name}"'

    layers = ({}, {})
    for number, (_, path) in enumerate(FRAMES):
        root, *parts = shapes(path)
        for layer, drawn in zip(layers, parts):
            for line in drawn:
                layer.setdefault(line, set()).add(number)
    still, groups = SECONDS.index(max(SECONDS)), []
    names = {}
    for layer in layers:
        together = {}
        for line, frames in layer.items():
            together.setdefault(frozenset(frames), []).append(line)
        for frames, lines in together.items():
            body = "".join(lines)
            body = body.replace(' font-size="14.95"', "")
            body = re.sub(r'fill="[^"]*"(?: font-weight="[^"]*")?', short, body)
            if len(frames) == len(FRAMES):
                groups.append(f"<g>{body}</g>")
                continue
            if frames not in names:
                names[frames] = f"f{len(names)}"
                hidden = "" if still in frames else "visibility:hidden;"
                rules.append(f"@keyframes {names[frames]}{{{times(frames)}}}")
                rules.append(f".{names[frames]}{{{hidden}animation-name:{names[frames]}}}")
            groups.append(f'<g class="f {names[frames]}">{body}</g>')
    looks = [
        f".{name}{{{look.replace('=', ':').replace(chr(34), '').replace(' ', ';')}}}" for look, name in classes.items()
    ]
    style = [
        "text{white-space:pre;font-size:14.95px}rect{shape-rendering:crispEdges}",
        f".f{{animation:{sum(SECONDS):g}s step-end infinite}}",
        *looks,
        *rules,
        "@media(prefers-reduced-motion:reduce){.f{animation:none}}",
    ]
    print('<?xml version="1.0" encoding="UTF-8"?>')
    print(root)
    print(f"<style>{''.join(style)}</style>")
    print("\n".join(groups))
    print("</svg>")


main()
