"""Video by ffmpeg, the one that imageio-ffmpeg brings: H.264 in MP4, VP9 in WebM.

A video has one rate, and players disagree about films that have none; so frames are repeated to keep a film's time.
Only what changes is translated to the colours of video (BT.709, brightness in full and colour at half the size), and
here rather than in ffmpeg, whose arithmetic differs between versions; a frame that is repeated is sent once more, and
translated never. MP4 is no stream: ffmpeg writes a file of its own, which is copied at its end.

`imageio_ffmpeg.write_frames` does not ask how ffmpeg ended, so that half a film on a full disk would pass as a whole
one; hence ffmpeg is started here.
"""

from __future__ import annotations

import itertools
import math
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from optviz.draw import Film, Frame
from optviz.draw.canvas import Pixels, packed
from optviz.errors import ArgumentError, OutputError
from optviz.writing import scratch

_H264 = "-c:v libx264 -preset veryfast -crf 20 -movflags +faststart -f mp4"
_VP9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -row-mt 1 -crf 32 -b:v 0 -f webm"
_TAGS = "-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709"
_SAME_BYTES = "-threads 2 -fflags +bitexact -flags:v +bitexact"  # which another number of threads would change

_SLOWEST = 10  # frames a second of a video; below, a film repeats its frames
_LONGEST = 24 * 60 * 60 * 1000  # milliseconds
_STRIP = 128  # rows that are translated at once
_BRIGHTNESS = np.array([11966, 40254, 4064], np.int32)  # BT.709 in its narrow range 16 … 235, times 2¹⁶
_COLOUR = np.array([[-6596, 28784], [-22188, -26145], [28784, -2639]], np.int32)  # 16 … 240


def write_mp4(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write an MP4 that begins to play before it is loaded."""
    _write(file, film, frames, _H264)


def write_webm(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write a WebM."""
    _write(file, film, frames, _VP9)


def repeats(durations: Sequence[int], rate: Fraction) -> list[int]:
    """How often each frame is shown in a video of so many frames a second, for durations in milliseconds.

    Each is shown at least once, and until the nearest moment that the video knows. As films round to hundredths of a
    second, one of these and half a frame is the most by which it may err, however long it is.

    Example:
        >>> repeats([700, 30, 40, 30, 1530], Fraction(30))
        [21, 1, 1, 1, 46]
    """
    shown, until, counts = 0, 0, []
    for duration in durations:
        until += duration
        end = max(shown + 1, math.floor(until * rate / 1000 + Fraction(1, 2)))
        counts.append(end - shown)
        shown = end
    return counts


class Planes:
    """The picture as video has it: `data` holds brightness, then two differences of colour at half the size.

    Sizes are even: where the film's are not, a row or column of its background is added.
    """

    def __init__(self, size: tuple[int, int], background: int) -> None:
        self.width, self.height = width, height = size[0] + size[0] % 2, size[1] + size[1] % 2
        self._background = background
        self._pixels = np.zeros((height, width), np.uint32)  # transparent: unlike anything a film shows
        planes = np.zeros((6, width * height // 4), np.uint8)
        self.data = planes.reshape(-1).data
        self._brightness = planes[:4].reshape(height // 2, 2, width // 2, 2)
        self._colour = planes[4:].reshape(2, height // 2, width // 2)

    def show(self, frame: Frame) -> None:
        """Translate what differs from the frame before, in blocks of 2 × 2 pixels."""
        left, top, right, bottom = frame.changed
        left, top, right, bottom = left - left % 2, top - top % 2, right + right % 2, bottom + bottom % 2
        for first in range(top, bottom, _STRIP):
            self._renew(frame.pixels, left, first, right, min(first + _STRIP, bottom))

    def _renew(self, pixels: Pixels, left: int, top: int, right: int, bottom: int) -> None:
        old, new = self._pixels[top:bottom, left:right], pixels[top:bottom, left:right]
        if new.shape != old.shape:
            more = [(0, wanted - there) for wanted, there in zip(old.shape, new.shape, strict=True)]
            new = np.pad(new, more, constant_values=self._background)
        changed = old != new
        changed = changed[::2] | changed[1::2]
        rows, columns = np.nonzero(changed[:, ::2] | changed[:, 1::2])
        blocks = np.array([new[2 * rows + y, 2 * columns + x] for y in (0, 1) for x in (0, 1)], np.uint32)
        old[:] = new
        rows, columns = rows + top // 2, columns + left // 2
        brightness, colour = _translated(blocks)
        self._brightness[rows, :, columns] = brightness.reshape(2, 2, -1).transpose(2, 0, 1)
        self._colour[:, rows, columns] = colour


def _translated(blocks: Pixels) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Four pixels each (4, n) -> the brightness of each (4, n), and two differences of colour for all four (2, n)."""
    rgb = blocks.view(np.uint8).reshape(4, -1, 4)[..., :3].astype(np.int32)
    brightness = (rgb @ _BRIGHTNESS + (16 << 16) + (1 << 15)) >> 16
    colour = (rgb.sum(axis=0) @ _COLOUR + (128 << 18) + (1 << 17)) >> 18
    return brightness.astype(np.uint8), colour.T.astype(np.uint8)


def _write(file: IO[bytes], film: Film, frames: Iterable[Frame], options: str) -> None:
    durations = [shot.duration for shot in film.shots]
    if sum(durations) > _LONGEST:
        raise ArgumentError(f"a video lasts a day at most, this film {sum(durations) / _LONGEST:.3g} days; raise --fps")
    rate = Fraction(film.fps * math.ceil(max(1, _SLOWEST / film.fps))).limit_denominator(1001)
    planes = Planes(film.size, packed(film.colours[-3]))
    counted = zip(frames, repeats(durations, rate), strict=True)
    with scratch() as folder:
        target = folder / "film"
        command = [
            *(_program(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", *_TAGS.split()),
            *("-s", f"{planes.width}x{planes.height}", "-r", str(rate), "-i", "-"),
            *(*f"{options} {_TAGS} {_SAME_BYTES}".split(), "-metadata", f"comment={film.recipe}", str(target)),
        ]
        _fed(command, _stream(planes, counted), folder / "log")
        with target.open("rb") as made:
            shutil.copyfileobj(made, file)


def _stream(planes: Planes, counted: Iterable[tuple[Frame, int]]) -> Iterator[memoryview]:
    for frame, count in counted:
        planes.show(frame)
        yield from itertools.repeat(planes.data, count)


def _fed(command: Sequence[str], stream: Iterable[memoryview], log: Path) -> None:
    """Run ffmpeg on a stream of bytes; whatever interrupts the stream ends it at once."""
    with (
        log.open("wb") as said,
        subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said) as process,
    ):
        assert process.stdin is not None
        try:
            taken = all(_sent(process.stdin, data) for data in stream)
            process.stdin.close()
            process.wait()
        except BaseException:
            process.kill()
            raise
    if process.returncode or not taken:
        lines = log.read_text("utf-8", "replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), f"it ended with code {process.returncode}")
        raise OutputError(f"ffmpeg cannot make the film: {reason.strip()}")


def _sent(pipe: IO[bytes], data: memoryview) -> bool:
    """Whether somebody took all of it."""
    try:
        while data:
            data = data[pipe.write(data) :]
    except OSError:
        return False
    return True


def _program() -> str:
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:  # a build without the program in it
        raise OutputError(f"imageio-ffmpeg finds no ffmpeg: {error}") from error
