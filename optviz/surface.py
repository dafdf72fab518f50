"""A surface: a function of two parameters, with what one must know to race on it and to draw it.

The function is elementwise in autograd.numpy, so that the same lines serve one point, a batch of runs and the
grid of a map. Points are arrays of shape (..., 2). A surface with `data` is stochastic: its function is then
the loss of one sample, the surface is the mean over all samples, and a step sees a minibatch of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import flag, number_of, whole, within
from optviz.calls import Answering
from optviz.errors import ArgumentError, SurfaceError, shown
from optviz.faults import blamed
from optviz.kinds import array_of, box_of, listed, several, text
from optviz.probing import check_function, checked_values

Array = NDArray[np.floating[Any]]
Point = tuple[float, float]
Box = tuple[float, float, float, float]

_BLOCK = 1 << 20  # how many numbers a stochastic surface holds at once
_SIDE = 41  # points of the grid that tells the least and the largest value


@dataclass(frozen=True, kw_only=True)
class Surface(metaclass=Answering):
    """A loss surface f(x, y).

    Args:
        name: What the command line calls it: lower case, hyphens.
        fn: ``fn(x, y)`` -> value, elementwise in ``autograd.numpy``: arrays of one shape in, the same shape
            out. With `data`: ``fn(x, y, *columns)``, the loss of each sample.
        domain: The box (x0, x1, y0, y1), or ((x0, x1), (y0, y1)), that bounds searches and starts.
        start: Where a race begins, inside the domain.
        minima: Minimizers, global ones first; empty where there is none.
        saddles: Known saddle points.
        view: The box that is drawn; the domain unless given.
        lr: The one learning rate for all, for surfaces that have no minimum to tune towards.
        steps: How many steps show its story, where 200 do not.
        data: Columns of samples, arrays of one length.
        batch_size: How many samples a step sees, where `data` is given.
        title: What pictures call it.
        formula: The function, as one would write it.
        reference: Where it comes from.
        smooth: Whether the gradient exists at its minima.

    Raises:
        SurfaceError: Where the parts do not fit together, or `fn` is not such a function.

    Example:
        >>> bowl = Surface(name="bowl", fn=lambda x, y: x**2 + y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
        >>> bowl(np.array([[0.0, 0.0], [0.5, 0.5]]))
        array([0. , 0.5])
    """

    name: str
    fn: Callable[..., Any]
    domain: Box
    start: Point
    minima: tuple[Point, ...] = ()
    saddles: tuple[Point, ...] = ()
    view: Box | None = None
    lr: float | None = None
    steps: int | None = None
    data: tuple[Array, ...] | None = None
    batch_size: int | None = None
    title: str | None = None
    formula: str = ""
    reference: str = ""
    smooth: bool = True

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.strip()):
            self._fail("name must be a word or more")
        for name, value in self._plain().items():
            object.__setattr__(self, name, value)
        self._check_inside()
        known = np.array([self.start, *self.minima], dtype=float)
        check_function(self.name, self.fn, self.domain, known, self.data or ())

    def __call__(self, points: Array) -> Array:
        """Values (...) at points (..., 2); for a stochastic surface the mean over all its data."""
        points = np.asarray(points, dtype=float)
        flat = points.reshape(-1, 2)  # never a numpy scalar, whose arithmetic rounds differently
        with np.errstate(all="ignore"):
            if self.data is None:
                values = self._values(flat[:, 0].copy(), flat[:, 1].copy())
            else:
                values = np.concatenate([self._mean(block) for block in _blocks(flat, len(self.data[0]))])
        return np.asarray(values.reshape(points.shape[:-1]), dtype=float)

    @property
    def window(self) -> Box:
        """The box that is drawn."""
        return self.domain if self.view is None else self.view

    @property
    def display_title(self) -> str:
        """The title of its pictures."""
        return self.title or self.name.replace("-", " ").capitalize()

    def contains(self, points: Array) -> NDArray[np.bool_]:
        """Whether each of the points (..., 2) lies in the domain; NaN does not."""
        return inside(self.domain, points)

    @cached_property
    def reach(self) -> tuple[float, float]:
        """The least and the largest finite value on a grid over the domain, at the start and at the minima.

        What is far off on a surface is so beside their difference, in any unit of f.

        Example:
            >>> from optviz.catalog import load_surface
            >>> load_surface("saddle").reach
            (-4.0, 4.0)
        """
        side = _SIDE if self.data is None else int(np.clip((_BLOCK / len(self.data[0])) ** 0.5, 5, _SIDE))
        known = np.array([self.start, *self.minima], dtype=float)
        values = self(np.concatenate([self.grid(side, side, self.domain).reshape(-1, 2), known]))
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)

    @property
    def blur(self) -> float:
        """By how little values differ that pass for the same: a millionth of the way from the start down to the first
        minimum, or as much as f is rounded there.
        """
        first, *lowest = self(np.array([self.start, *self.minima[:1]], dtype=float)).tolist()
        return 1e-6 * abs(first - lowest[0]) + 8 * float(np.spacing(abs(lowest[0]))) if lowest else 0.0

    def minima_within(self, box: Box) -> tuple[Array, NDArray[np.bool_]]:
        """The minima (M, 2) that lie in a box, and whether each is a global one, that is as low as the first."""
        minima = np.array(self.minima, dtype=float).reshape(-1, 2)
        depths = self(minima)
        with np.errstate(all="ignore"):
            deepest = np.abs(depths - depths[:1]) <= self.blur
        seen = inside(box, minima)
        return minima[seen], np.asarray(deepest[seen])

    def distance(self, points: Array) -> Array:
        """The way from each of the points (..., 2) to the nearest listed minimum; NaN where none is listed.

        A surface may have minima that it does not list: on Rastrigin's function only the global one is.

        Example:
            >>> from optviz.catalog import load_surface
            >>> load_surface("booth").distance(np.array([[1.0, 3.0], [4.0, 7.0]])).tolist()
            [0.0, 5.0]
        """
        minima = np.array(self.minima, dtype=float).reshape(-1, 2)
        if not len(minima):
            return np.full(np.shape(points)[:-1], np.nan)
        offsets = np.asarray(points)[..., None, :] - minima
        return np.asarray(np.hypot(offsets[..., 0], offsets[..., 1]).min(axis=-1))

    def grid(self, columns: int, rows: int, box: Box | None = None) -> Array:
        """The points (rows, columns, 2) of a regular grid over `box` (the window unless given)."""
        x0, x1, y0, y1 = box or self.window
        x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
        return np.stack([x, y], axis=-1)

    def _mean(self, points: Array) -> Array:
        assert self.data is not None
        x, y = points[:, 0, None].copy(), points[:, 1, None].copy()
        return np.asarray(np.mean(self._values(x, y, *self.data), axis=-1), dtype=float)

    def _values(self, x: Array, y: Array, *columns: Array) -> NDArray[Any]:
        """What the function says, whatever it does: it may do another thing today than when the surface was built."""
        try:
            value = self.fn(x, y, *columns)
        except BaseException as error:
            raise blamed(error, SurfaceError, f"surface {self.name!r}") from error
        try:
            return checked_values(value, np.broadcast_shapes(x.shape, *(column.shape for column in columns)))
        except SurfaceError as error:
            self._fail(str(error))

    def _fail(self, problem: str) -> NoReturn:
        raise SurfaceError(f"surface {shown(self.name)}: {problem}")

    def _plain(self) -> dict[str, Any]:
        """The fields but for the function, as plain Python, and each by itself as it must be."""
        data = None if self.data is None else self._columns()
        try:
            found: dict[str, Any] = {
                "name": text("name", self.name),
                "title": None if self.title is None else text("title", self.title),
                "formula": "" if self.formula is None else text("formula", self.formula),
                "reference": "" if self.reference is None else text("reference", self.reference),
                "smooth": flag("smooth", self.smooth),
                "steps": None if self.steps is None else whole("steps", self.steps, 1),
                "data": data,
                "batch_size": None
                if data is None
                else whole("batch_size", self.batch_size, 1, len(data[0]), "samples"),
            }
        except ArgumentError as error:
            self._fail(str(error))
        if data is None and self.batch_size is not None:
            self._fail("batch_size needs data")
        if self.lr is not None and not within(self.lr, "(0, inf)"):
            self._fail(f"lr must be a positive number, not {shown(self.lr)}")
        return found | {
            "lr": None if self.lr is None else number_of(self.lr),
            "domain": self._box("domain", self.domain),
            "view": None if self.view is None else self._box("view", self.view),
            "start": self._point("start", self.start),
            "minima": self._points("minimum", self.minima),
            "saddles": self._points("saddle", self.saddles),
        }

    def _box(self, what: str, value: Any) -> Box:
        box = None if isinstance(value, str) else box_of(value)
        if box is None or not (box[0] < box[1] and box[2] < box[3]):
            wanted = "four finite numbers (x0, x1, y0, y1) with x0 < x1 and y0 < y1"
            self._fail(f"{what} must be {wanted}, not {shown(value)}")
        for low, high in (box[:2], box[2:]):
            if not has_room(low, high):
                self._fail(f"{what} from {low!r} to {high!r}: {ROOM}")
        return box[0], box[1], box[2], box[3]

    def _points(self, what: str, value: Any) -> tuple[Point, ...]:
        try:
            return tuple(self._point(what, each) for each in listed(what, value, (), "points"))
        except ArgumentError:
            self._fail(f"{what}: expected points ((x, y), …), not {shown(value)}")

    def _point(self, what: str, value: Any) -> Point:
        point = None if isinstance(value, str) else several(value, 2)
        if point is None:
            self._fail(f"{what} must be two finite numbers (x, y), not {shown(value)}")
        return point[0], point[1]

    def _columns(self) -> tuple[Array, ...]:
        try:
            found = tuple(array_of(column, float) for column in listed("data", self.data, (), "columns"))
        except ArgumentError:
            found = ()
        shapes = {column.shape for column in found}
        shape = shapes.pop() if len(shapes) == 1 else ()
        if len(shape) != 1 or shape[0] < 1 or not all(np.isfinite(column).all() for column in found):
            self._fail("data must be columns of finite numbers (n,), all of one length")
        found = tuple(column.copy() for column in found)
        for column in found:
            column.setflags(write=False)  # they are our copies, and stay as they were given
        return found

    def _check_inside(self) -> None:
        for what, points in (("start", (self.start,)), ("minimum", self.minima), ("saddle", self.saddles)):
            for point in points:
                if not self.contains(np.array(point, dtype=float)):
                    self._fail(f"{what} {point} lies outside the domain {self.domain}")


ROOM = (
    "each side must be 1e-300 to 1e300 wide, with 10000 double-precision numbers or more on it; "
    "move it nearer to 0, or choose another unit"
)
"""What is asked of each side of a box, in words."""


def has_room(low: float, high: float) -> bool:
    """Whether two ends are as far apart as `ROOM` says: so many pixels between them can differ, and divide by.

    Example:
        >>> has_room(0, 1), has_room(1e9, 1e9 + 1), has_room(1e16, 1e16 + 2), has_room(-1e308, 1e308)
        (True, True, False, False)
    """
    width = float(high) - float(low)
    return bool(1e-300 <= width <= 1e300 and width >= 1e4 * np.spacing(max(abs(low), abs(high))))


def inside(box: Box, points: Array) -> NDArray[np.bool_]:
    """Whether each of the points (..., 2) lies in the closed box (x0, x1, y0, y1)."""
    x, y = points[..., 0], points[..., 1]
    return np.asarray((x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3]))


def _blocks(points: Array, samples: int) -> Iterator[Array]:
    size = max(1, _BLOCK // samples)
    for first in range(0, max(1, len(points)), size):
        yield points[first : first + size]
