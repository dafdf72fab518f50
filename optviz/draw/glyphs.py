"""Characters rendered once and copied into place: numbers that change with every frame cost next to nothing."""

from __future__ import annotations

from optviz.draw.canvas import Canvas, Pixels, Rectangle
from optviz.themes import Colour


class Glyphs:
    """A set of characters in one size and colour, on paper as blank as the canvas's."""

    def __init__(self, canvas: Canvas, characters: str, size: float, ink: Colour, paper: Colour) -> None:
        self.size, self.ink, self.paper = size, ink, paper
        self._blank = canvas.blank
        self._height = round(1.5 * size * canvas.points)
        self._baseline = round(1.15 * size * canvas.points)
        self._cells: dict[str, Pixels] = {}
        digit = max(1, round(canvas.text_width("0" * 8, size) / 8))  # all digits are as wide, so that nothing jitters
        for character in sorted(set(characters)):
            width = digit if character.isdigit() else max(1, round(canvas.text_width(character * 8, size) / 8))
            cell = Canvas(width, self._height, canvas.scale, canvas.blank)
            cell.text(0, self._baseline, character, size, ink)
            self._cells[character] = cell.pixels

    def width(self, words: str) -> int:
        """How many pixels wide the words will be."""
        return sum(self._cells[character].shape[1] for character in words)

    def box(self, x: int, y: int, width: int) -> Rectangle:
        """What a number of that width covers, with its baseline at y."""
        top = max(0, y - self._baseline)
        return x, top, x + width, top + self._height

    def write(self, pixels: Pixels, x: int, y: int, words: str, width: int) -> Rectangle:
        """Fill the box of that width at (x, y), y being the baseline, with words; returns the box."""
        _, top, right, bottom = self.box(x, y, width)
        paper = pixels[top:bottom, x:right]
        paper[:] = self._blank
        at = 0
        for character in words:
            cell = self._cells[character]
            target = paper[:, at : at + cell.shape[1]]
            target[:] = cell[: target.shape[0], : target.shape[1]]
            at += cell.shape[1]
        return x, top, x + paper.shape[1], top + paper.shape[0]
