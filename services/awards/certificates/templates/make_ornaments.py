"""Draws the ornaments of the certificates: the drum in the middle, a tile of the frame, a corner.

Run it after a change: `python services/awards/certificates/templates/make_ornaments.py`.
"""

from __future__ import annotations

from math import cos, pi, sin
from pathlib import Path

GOLD = "#a8741a"
HERE = Path(__file__).parent / "bang-khen"


def polar(radius: float, turn: float) -> str:
    """A point; `turn` 1 is the whole circle, 0 is up."""
    return f"{radius * sin(2 * pi * turn):.2f},{-radius * cos(2 * pi * turn):.2f}"


def ring(count: int, shape: str) -> str:
    return "".join(f'<g transform="rotate({360 * n / count:.3f})">{shape}</g>' for n in range(count))


def circles(*radii: float, width: float = 0.6) -> str:
    return "".join(f'<circle r="{radius}" fill="none" stroke-width="{width}"/>' for radius in radii)


def drum() -> str:
    """After the face of a bronze drum: a star of fourteen rays, rings of dots, rays, birds and triangles."""
    star = " ".join(polar(20 if n % 2 == 0 else 8, n / 28) for n in range(28))
    feathers = ring(14, '<path d="M-1.6,-19 L0,-12.5 L1.6,-19" fill="none" stroke-width=".7"/>')
    dots = ring(42, f'<circle cy="-26" r=".9" fill="{GOLD}" stroke="none"/>')
    whirls = ring(
        36,
        '<circle cy="-32" r="1.7" fill="none" stroke-width=".6"/>'
        '<path d="M1.2,-33 L3.2,-31" stroke-width=".5"/>',
    )
    bird = (
        '<path d="M-5.5,-45.5 Q-2,-49.5 1.5,-46.5 L6.5,-48 L2.2,-44.6 Q3.5,-41.5 -1,-42.2 '
        'L-4.6,-40.2 L-2.6,-43.6 Z" fill="none" stroke-width=".7"/>'
    )
    teeth = ring(72, f'<path d="M-1.5,-57 L0,-53 L1.5,-57 Z" fill="{GOLD}" stroke="none"/>')
    lines = circles(21.5, 23.5, 28.5, 29.6, 34.6, 36, 52, 52.8, 57.6, 59)
    return _svg(
        "-60 -60 120 120",
        f'<g stroke="{GOLD}" opacity=".16"><polygon points="{star}" fill="{GOLD}" stroke="none"/>'
        f"{feathers}{dots}{whirls}{ring(12, bird)}{teeth}{lines}</g>",
    )


def tile() -> str:
    """One repeat of the frame: a diamond in a lattice."""
    diamond = f'<path d="M50,14 L86,50 L50,86 L14,50 Z" fill="none" stroke="{GOLD}" stroke-width="7"/>'
    heart = f'<path d="M50,34 L66,50 L50,66 L34,50 Z" fill="{GOLD}"/>'
    sides = "".join(
        f'<circle cx="{x}" cy="{y}" r="9" fill="{GOLD}"/>'
        for x, y in ((0, 0), (100, 0), (0, 100), (100, 100))
    )
    return _svg("0 0 100 100", diamond + heart + sides)


def corner() -> str:
    """A spray of leaves from the corner along both sides."""
    branch = (
        f'<path d="M4,4 C30,6 44,10 60,4 C72,0 84,6 96,3" fill="none" stroke="{GOLD}" stroke-width="2.2"/>'
        f'<path d="M26,6 C30,18 44,20 50,10 C42,8 34,4 26,6 Z" fill="{GOLD}"/>'
        f'<path d="M58,5 C60,16 74,16 80,6 C72,6 66,2 58,5 Z" fill="{GOLD}"/>'
        f'<circle cx="96" cy="3" r="2.6" fill="{GOLD}"/>'
    )
    flower = (
        f'<circle cx="14" cy="14" r="5" fill="{GOLD}"/>'
        '<path d="M14,14 C16,30 28,36 38,38 C36,28 30,16 14,14 Z" fill="none" '
        f'stroke="{GOLD}" stroke-width="2.2"/>'
        f'<path d="M16,16 L31,31" stroke="{GOLD}" stroke-width="1.8"/>'
    )
    return _svg("0 0 100 100", f'{branch}<g transform="matrix(0 1 1 0 0 0)">{branch}</g>{flower}')


def _svg(view: str, body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}">{body}</svg>\n'


if __name__ == "__main__":
    for name, drawing in (("drum", drum()), ("tile", tile()), ("corner", corner())):
        (HERE / f"{name}.svg").write_text(drawing)
