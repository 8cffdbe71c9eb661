"""Draws the small catalogue of pictures, the same each time: SVG, a few hundred bytes to 3 KB each."""

from __future__ import annotations

import itertools
import json
import math
import random
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "examples/photolibrary/pictures"
W, H = 600, 400


def rect(x: float, y: float, w: float, h: float, fill: str, extra: str = "") -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" fill="{fill}"{extra}/>'


def circle(x: float, y: float, r: float, fill: str, extra: str = "") -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="{fill}"{extra}/>'


def path(d: str, fill: str, extra: str = "") -> str:
    return f'<path d="{d}" fill="{fill}"{extra}/>'


def sky(top: str, bottom: str) -> str:
    return (
        f'<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
        f'</linearGradient></defs><rect width="{W}" height="{H}" fill="url(#s)"/>'
    )


def ridge(seed: int, base: float, height: float, fill: str, steps: int = 12) -> str:
    dice = random.Random(seed)
    points = [(W * i / steps, base - height * dice.random()) for i in range(steps + 1)]
    d = f"M0 {H} L0 {points[0][1]:.0f} " + " ".join(
        f"Q{(a[0] + b[0]) / 2:.0f} {min(a[1], b[1]) - 8:.0f} {b[0]:.0f} {b[1]:.0f}"
        for a, b in itertools.pairwise(points)
    )
    return path(f"{d} L{W} {H}Z", fill)


def fuji(dawn: bool) -> str:
    top, bottom = ("#33406b", "#f3b49f") if dawn else ("#7fb7d9", "#eaf3f2")
    return (
        sky(top, bottom) + circle(430, 120, 34, "#fff3d6")
        + path("M60 330 Q220 300 290 120 Q300 104 310 120 Q380 300 560 330Z", "#3f5878")
        + path("M262 190 Q284 140 290 120 Q300 104 310 120 Q318 142 338 190 L322 178 308 196 296 176 282 196Z", "#fdfdfb")
        + ridge(3, 350, 26, "#2c4258") + rect(0, 352, W, 48, "#24384d")
    )  # fmt: skip


def terraces() -> str:
    greens = ["#dfe9a8", "#c2d982", "#9ec45f", "#7aac4a", "#588f3e", "#3f7335"]
    layers = "".join(
        path(f"M0 {150 + 42 * i} C150 {110 + 46 * i} 330 {190 + 36 * i} 600 {130 + 44 * i} L600 400 L0 400Z", fill)
        for i, fill in enumerate(greens)
    )
    return sky("#a9d6e5", "#f4f1de") + circle(120, 80, 28, "#fff6cf") + layers


def sea() -> str:
    waves = "".join(
        path(
            f"M0 {230 + 30 * i} "
            + " ".join(f"q37 {-16 if k % 2 else 16} 75 0" for k in range(8))
            + " L600 400 L0 400Z",
            fill,
        )
        for i, fill in enumerate(["#3d86a8", "#2f7396", "#246183", "#1b4f6f", "#143f5b"])
    )
    return sky("#fbe6c4", "#f6c9a0") + circle(300, 210, 58, "#f28c5b") + waves


def street(night: bool) -> str:
    dice = random.Random(9 if night else 4)
    parts = [sky("#151b36", "#4a3a66") if night else sky("#cfe3ee", "#f6efe2")]
    x = 0
    while x < W:
        w, h = dice.randint(46, 84), dice.randint(120, 270)
        fill = dice.choice(["#23283f", "#2d3350", "#1d2236"] if night else ["#b7a99a", "#c9bcae", "#a39788", "#d7cdbf"])
        parts.append(rect(x, 360 - h, w - 4, h, fill))
        for wx in range(x + 8, x + w - 14, 14):
            for wy in range(360 - h + 12, 340, 20):
                if dice.random() < (0.55 if night else 0.8):
                    parts.append(rect(wx, wy, 7, 10, dice.choice(["#ffd98a", "#ffefc2"]) if night else "#8fa6b3"))
        x += w
    parts.append(rect(0, 358, W, 42, "#0f1324" if night else "#8d8378"))
    return "".join(parts)


def lantern_alley() -> str:
    lamps = "".join(
        circle(x, y, 24, "#e4572e") + rect(x - 9, y - 29, 18, 6, "#3b2a20") + rect(x - 9, y + 23, 18, 6, "#3b2a20")
        + circle(x, y, 50, "#ffb36b", ' opacity=".16"')
        for x, y in [(90, 110), (190, 140), (290, 118), (390, 144), (490, 112)]
    )  # fmt: skip
    return (
        sky("#1e1a2e", "#40243a")
        + path("M0 90 Q300 150 600 80", "none", ' stroke="#705a4a" stroke-width="3"')
        + lamps
        + path("M220 400 L280 250 L320 250 L380 400Z", "#5b4a4f")
        + rect(0, 250, 220, 150, "#2a2030")
        + rect(380, 250, 220, 150, "#2a2030")
    )


def bowl() -> str:
    noodles = "".join(
        path(
            f"M{190 + 14 * i} 200 q20 -30 44 -4 t46 -2",
            "none",
            ' stroke="#f3d98b" stroke-width="7" stroke-linecap="round"',
        )
        for i in range(11)
    )
    return (
        rect(0, 0, W, H, "#efe3d0") + circle(300, 210, 170, "#8c2f23") + circle(300, 210, 150, "#b5462f") + circle(300, 210, 138, "#d88a3f")
        + noodles + circle(238, 250, 34, "#fff6e6") + circle(238, 250, 15, "#f2a43a") + path("M340 130 l70 -12 6 62 -70 14Z", "#26402e")
        + "".join(circle(330 + 13 * i, 270 + (i % 3) * 9, 6, "#6fa05a") for i in range(6))
        + path("M430 60 L560 300", "none", ' stroke="#7a5637" stroke-width="8" stroke-linecap="round"')
        + path("M456 52 L580 288", "none", ' stroke="#7a5637" stroke-width="8" stroke-linecap="round"')
    )  # fmt: skip


def tea() -> str:
    steam = "".join(
        path(
            f"M{270 + 30 * i} 150 q-14 -28 0 -50 t0 -46",
            "none",
            ' stroke="#fff" stroke-width="5" opacity=".5" stroke-linecap="round"',
        )
        for i in range(3)
    )
    return (
        sky("#dfe7db", "#f7f3e8") + rect(0, 300, W, 100, "#b99873") + path("M200 180 L400 180 Q396 300 340 312 L260 312 Q204 300 200 180Z", "#4f6f64")
        + '<ellipse cx="300" cy="180" rx="100" ry="22" fill="#3b554c"/><ellipse cx="300" cy="182" rx="86" ry="16" fill="#8fae4b"/>'
        + steam + circle(470, 296, 26, "#f2b6bd") + circle(505, 300, 24, "#f6dfc0") + circle(487, 274, 22, "#b7cf9a")
    )  # fmt: skip


def cat() -> str:
    return (
        sky("#f6ddc1", "#f9efe2") + rect(0, 320, W, 80, "#a8795a")
        + path("M190 330 Q180 190 300 180 Q420 190 410 330Z", "#3a3a40") + circle(300, 170, 74, "#3a3a40")
        + path("M238 130 L246 66 L290 108Z", "#3a3a40") + path("M362 130 L354 66 L310 108Z", "#3a3a40")
        + circle(274, 166, 12, "#f5d76b") + circle(326, 166, 12, "#f5d76b") + circle(274, 166, 5, "#1d1d20") + circle(326, 166, 5, "#1d1d20")
        + path("M292 190 L308 190 L300 200Z", "#e79a9a")
        + path("M404 320 q70 -10 56 -86", "none", ' stroke="#3a3a40" stroke-width="20" stroke-linecap="round"')
    )  # fmt: skip


def cranes() -> str:
    bird = "M0 0 q28 -30 58 -6 q-26 -4 -40 14 l-30 26 12 -28 -34 -6Z"
    flock = "".join(
        f'<g transform="translate({x} {y}) scale({s})">{path(bird, "#fdfdfb")}{circle(57, -6, 5, "#c8392f")}</g>'
        for x, y, s in [(120, 150, 1.5), (270, 90, 1.2), (330, 210, 1.7), (470, 140, 1.1)]
    )
    return sky("#b6cbd8", "#f2e9dc") + ridge(11, 340, 40, "#8da3ae") + ridge(12, 370, 30, "#6a828f") + flock


def koi() -> str:
    dice = random.Random(5)
    parts = [rect(0, 0, W, H, "#27586b")]
    parts += [
        circle(dice.randint(0, W), dice.randint(0, H), dice.randint(20, 70), "#2f6a7f", ' opacity=".5"')
        for _ in range(14)
    ]
    for x, y, turn, spots in [(180, 140, 20, "#e2562f"), (380, 230, -150, "#f0a63a"), (250, 300, -30, "#d8432c")]:
        body = f'<ellipse rx="86" ry="24" fill="#fbf6ec"/>{path("M-80 0 l-40 -24 12 24 -12 24Z", "#f3e9d8")}'
        marks = circle(20, -6, 18, spots) + circle(-26, 5, 15, spots) + circle(66, -5, 3, "#20242a")
        parts.append(f'<g transform="translate({x} {y}) rotate({turn})">{body}{marks}</g>')
    parts += [
        circle(90, 330, 46, "#5f9a52"),
        circle(500, 80, 54, "#69a65b"),
        circle(548, 120, 30, "#5f9a52"),
        circle(496, 76, 12, "#f4c7d2"),
    ]
    return "".join(parts)


def petals(spring: bool) -> str:
    dice = random.Random(21 if spring else 22)
    leaf = ["#f7cdd8", "#f2b1c4", "#fbe3ea"] if spring else ["#d9632b", "#b93a26", "#e6a13a"]
    parts = [sky("#dcebf2", "#fbf4ef") if spring else sky("#e9dfc9", "#f6eddd")]
    parts.append(
        path(
            "M280 400 Q292 250 262 170 M286 280 Q340 220 396 150 M276 250 Q210 200 150 160",
            "none",
            ' stroke="#5a4237" stroke-width="16" stroke-linecap="round"',
        )
    )
    for _ in range(190):
        angle, far = dice.random() * math.tau, dice.random() ** 0.5
        parts.append(
            circle(
                280 + 240 * far * math.cos(angle),
                150 + 120 * far * math.sin(angle),
                dice.randint(6, 15),
                dice.choice(leaf),
                ' opacity=".85"',
            )
        )
    parts += [
        circle(dice.randint(20, 580), dice.randint(300, 395), dice.randint(3, 7), dice.choice(leaf)) for _ in range(40)
    ]
    return "".join(parts)


def snow() -> str:
    dice = random.Random(8)
    installation = (
        path("M190 300 L190 230 L300 150 L410 230 L410 300Z", "#6b4a35")
        + path("M160 240 L300 128 L440 240 L420 250 L300 158 L180 250Z", "#fbfbfb")
        + rect(280, 240, 40, 60, "#ffcf73")
    )
    flakes = "".join(circle(dice.randint(0, W), dice.randint(0, 330), dice.randint(2, 5), "#fff") for _ in range(90))
    return (
        sky("#5e7391", "#b9c6d6")
        + ridge(30, 280, 90, "#8ea1b8")
        + path("M0 300 Q300 262 600 300 L600 400 L0 400Z", "#f4f6f8")
        + installation
        + flakes
    )


def runner() -> str:
    lanes = "".join(
        path(f"M0 {250 + 34 * i} L600 {230 + 40 * i}", "none", ' stroke="#f6e6dc" stroke-width="3"') for i in range(5)
    )
    man = path(
        "M300 150 l-34 62 40 26 -22 74 M266 212 l-52 40 M300 150 l52 26 30 -30 M300 150 l-48 4 -26 36",
        "none",
        ' stroke="#1f2d3d" stroke-width="22" stroke-linecap="round" stroke-linejoin="round"',
    )
    return (
        sky("#bfe0ee", "#f5f0e4")
        + path("M0 230 L600 210 L600 400 L0 400Z", "#c25b41")
        + lanes
        + man
        + circle(316, 116, 26, "#1f2d3d")
    )


def cyclists() -> str:
    def wheel(x: int, y: int) -> str:
        return circle(x, y, 44, "none", ' stroke="#20303f" stroke-width="7"') + circle(x, y, 5, "#20303f")

    bike = (
        wheel(220, 300)
        + wheel(370, 300)
        + path(
            "M220 300 L270 220 L350 220 L370 300 M270 220 L300 300 L350 220 M262 204 L286 204 M350 220 L342 196 L366 192",
            "none",
            ' stroke="#c8392f" stroke-width="8" stroke-linecap="round" stroke-linejoin="round"',
        )
    )
    return (
        sky("#d6ecf3", "#fdf7ea")
        + ridge(41, 260, 70, "#9fc3a5")
        + ridge(42, 310, 40, "#78a884")
        + rect(0, 340, W, 60, "#6d6f73")
        + bike
    )


def crowd() -> str:
    dice = random.Random(17)
    parts = [sky("#f3e2cf", "#fbf6ee")]
    colours = ["#2f4858", "#33658a", "#86bbd8", "#f6ae2d", "#f26419", "#758e4f", "#a4594b"]
    for row in range(4):
        for column in range(9):
            x, y = 40 + column * 66 + (row % 2) * 30 + dice.randint(-6, 6), 190 + row * 58
            fill = dice.choice(colours)
            parts.append(
                path(f"M{x - 26} {y + 96} Q{x - 26} {y + 26} {x} {y + 26} Q{x + 26} {y + 26} {x + 26} {y + 96}Z", fill)
                + circle(x, y, 21, dice.choice(["#e8c3a0", "#c99a75", "#f0d3b8", "#a87451"]))
            )
    return "".join(parts)


def hands() -> str:
    return (
        sky("#efe6da", "#faf6ef") + path("M0 260 L190 210 Q230 200 262 226 L330 268 L300 300 L220 280 L0 360Z", "#c99a75")
        + path("M600 150 L420 190 Q380 200 356 226 L292 262 L316 296 L400 272 L600 250Z", "#e8c3a0") + rect(0, 250, 60, 120, "#33658a")
        + rect(540, 140, 60, 120, "#758e4f")
    )  # fmt: skip


def desk() -> str:
    bars = "".join(
        rect(196 + 34 * i, 216 - h, 22, h, c)
        for i, (h, c) in enumerate(
            [(40, "#86bbd8"), (66, "#33658a"), (52, "#86bbd8"), (92, "#f6ae2d"), (78, "#33658a")]
        )
    )
    return (
        sky("#e7edf0", "#f7f5f0")
        + rect(0, 290, W, 110, "#b08968")
        + rect(160, 90, 230, 160, "#20303f", ' rx="8"')
        + rect(172, 102, 206, 130, "#f7fafc")
        + bars
        + rect(250, 250, 50, 34, "#20303f")
        + rect(210, 282, 130, 10, "#20303f")
        + rect(440, 210, 66, 84, "#fff")
        + path("M452 230 h42 M452 246 h42 M452 262 h28", "none", ' stroke="#9aa5b1" stroke-width="4"')
        + circle(120, 268, 26, "#758e4f")
        + rect(106, 274, 28, 24, "#a4594b")
    )


def station() -> str:
    windows = "".join(rect(70 + 62 * i, 188, 44, 40, "#cfe6f2") for i in range(8))
    return (
        sky("#cddbe6", "#f4f1ea")
        + street(night=False).split("</defs>")[-1].replace(f'<rect width="{W}" height="{H}" fill="url(#s)"/>', "")
        + rect(40, 170, 540, 96, "#f7f7f5", ' rx="18"')
        + rect(40, 236, 540, 12, "#2f7d4f")
        + windows
        + rect(0, 266, W, 18, "#5a5f66")
        + rect(0, 284, W, 116, "#9b958c")
    )


PICTURES = [
    (
        "fuji-dawn",
        "The mountain before sunrise",
        "夜明け前の富士",
        "Aoi Tanabe",
        ["landscape", "seasons"],
        fuji(dawn=True),
    ),
    ("fuji-noon", "The mountain at noon", "昼の富士", "Aoi Tanabe", ["landscape"], fuji(dawn=False)),
    ("terraces", "Rice terraces in June", "六月の棚田", "Ken Shirai", ["landscape", "seasons"], terraces()),
    ("sea", "Evening sea", "夕凪", "Naoko Ide", ["landscape"], sea()),
    ("street-day", "A street at ten", "朝十時の通り", "Ren Okubo", ["city", "business"], street(night=False)),
    ("street-night", "Windows after nine", "夜九時の窓", "Ren Okubo", ["city"], street(night=True)),
    ("lanterns", "Lantern alley", "提灯横丁", "Yui Sakamaki", ["city", "food"], lantern_alley()),
    ("ramen", "Ramen, one bowl", "ラーメン一杯", "Yui Sakamaki", ["food"], bowl()),
    ("tea", "Tea at three", "三時のお茶", "Naoko Ide", ["food", "seasons"], tea()),
    ("cat", "A cat that waits", "待つ猫", "Ken Shirai", ["animals"], cat()),
    ("cranes", "Four cranes", "四羽の鶴", "Aoi Tanabe", ["animals", "landscape"], cranes()),
    ("koi", "Koi in shade", "木陰の鯉", "Mio Hayami", ["animals"], koi()),
    ("cherry", "Cherry, third day", "桜、三日目", "Mio Hayami", ["seasons", "landscape"], petals(spring=True)),
    ("maple", "Maple in November", "十一月の楓", "Mio Hayami", ["seasons"], petals(spring=False)),
    ("snow", "A light in the snow", "雪あかり", "Ken Shirai", ["seasons", "landscape"], snow()),
    ("runner", "The inside lane", "内側のレーン", "Ren Okubo", ["sports", "people"], runner()),
    ("cycling", "Riverside ride", "川沿いを走る", "Naoko Ide", ["sports"], cyclists()),
    ("crowd", "Before the concert", "開演前", "Yui Sakamaki", ["people", "city"], crowd()),
    ("hands", "Agreed", "約束", "Mio Hayami", ["people", "business"], hands()),
    ("desk", "Quarterly figures", "四半期の数字", "Aoi Tanabe", ["business"], desk()),
    ("station", "The 7:42", "七時四十二分発", "Ken Shirai", ["city", "business"], station()),
]

OUT.mkdir(parents=True, exist_ok=True)
for name, _, _, _, _, drawing in PICTURES:
    (OUT / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}">{drawing}</svg>\n', encoding="utf-8"
    )
(OUT.parent / "catalogue.json").write_text(
    json.dumps(
        [
            {"id": name, "titles": {"en": en, "ja": ja}, "by": by, "categories": of}
            for name, en, ja, by, of, _ in PICTURES
        ],
        ensure_ascii=False,
        indent=1,
    )
    + "\n",
    encoding="utf-8",
)
