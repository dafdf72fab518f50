"""The numbers of a picture that stands still are those of its own step, wherever it is seen."""

import numpy as np
import pytest
from PIL import Image

import optviz

RACE = {"steps": 150, "lr": 0.01, "size": (320, 240), "theme": "light"}


@pytest.mark.parametrize(
    "more", [{}, {"transparent": True}, {"curves": ("loss",)}, {"view": "relief", "camera": "orbit"}]
)
def test_a_frame_in_a_folder_is_the_still_of_its_step(tmp_path, more):
    film = optviz.animate("himmelblau", f"{tmp_path}/frames/", frames=25, **RACE, **more).film
    assert any(shot.reading != shot.step for shot in film.shots), "or there is nothing to be seen"
    optviz.plot("himmelblau", tmp_path / "still.png", at=film.scene.timeline.steps, frames=25, **RACE, **more)
    for index, step in enumerate(film.scene.timeline.steps):
        frame = (tmp_path / "frames" / f"frame-{index:04}.png").read_bytes()
        assert frame == (tmp_path / f"still-{step}.png").read_bytes()


def on_paper(pixels):
    """RGBA on white, as one grey."""
    pixels = pixels.astype(float)
    return 255 + (pixels[..., :3].mean(axis=-1) - 255) * pixels[..., 3] / 255


@pytest.mark.parametrize(
    "more", [{}, {"transparent": True}, {"fps": 50}, {"show": ("vectors",), "optimizers": ["adam"]}, {"title": ""}]
)
def test_a_frame_on_a_beamer_slide_has_the_number_of_its_step(tmp_path, more):
    optviz.animate("himmelblau", tmp_path / "film.gif", **RACE | more)
    optviz.slides(tmp_path / "talk.tex", [tmp_path / "film.gif"])
    film = optviz.plot("himmelblau", **RACE | more).film
    steps = film.scene.timeline.steps
    stills = np.stack([on_paper(film.still(step).view(np.uint8).reshape(240, 320, 4)) for step in steps])
    counter, trails = (slice(None, 30), slice(100, 240)), (slice(40, 200), slice(30, 220))
    pictures = sorted((tmp_path / "talk-frames" / "film").iterdir())
    assert len(pictures) == min(48, len(steps))
    told = []
    for path in pictures:
        picture = on_paper(np.asarray(Image.open(path).convert("RGBA")))
        by_number, by_trails = (np.abs(stills - picture)[:, *part].mean(axis=(1, 2)) for part in (counter, trails))
        told.append(int(by_number.argmin()))
        assert by_trails[told[-1]] <= by_trails.min() + 0.02, f"{path.name} says step {steps[told[-1]]}"
    assert told == sorted(told)
    assert told[-1] == len(steps) - 1
    assert len(set(told)) > 15


def test_a_film_of_others_is_shown_frame_by_frame(tmp_path):
    frames = [Image.new("RGB", (40, 30), (0, 0, 5 * index)) for index in range(9)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=40)
    optviz.slides(tmp_path / "talk.tex", [tmp_path / "film.gif"])
    assert len({path.read_bytes() for path in (tmp_path / "talk-frames" / "film").iterdir()}) == 9
