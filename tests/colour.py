"""How colours look, for tests: their distance, their contrast, and how other eyes see them.

Everything takes colours as numbers from 0 to 1 in sRGB (..., 3) and works on arrays. The distance is CIEDE2000
(Sharma, Wu & Dalal 2005, of two patches side by side; 1 is about the least that can be seen), colour-vision
deficiencies are those of Machado, Oliveira & Fernandes (2009) at severity 1.0, which act on linear RGB.
"""

import numpy as np

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
DEFICIENCIES = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
VISIONS = {"normal": np.eye(3), **DEFICIENCIES}
GREYSCALE = np.tile(LUMINANCE, (3, 1))


def srgb(colours):
    """Colours written #rrggbb as numbers (n, 3)."""
    return np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])


def linear(colours):
    """Without sRGB's gamma: proportional to light."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def seen(colours, vision):
    """Light (linear RGB) as an eye gets it, by a matrix of `VISIONS` or `GREYSCALE`."""
    return np.clip(linear(colours) @ vision.T, 0, 1)


def lab(light):
    """CIE L*a*b* of linear RGB, under D65."""
    ratio = light @ (TO_XYZ / TO_XYZ.sum(axis=1, keepdims=True)).T
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(one, other):
    """CIEDE2000 between colours in L*a*b* (..., 3)."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    stretch = 1 + (1 - _saturation((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)) / 2
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    turn = np.where(turn == -180, np.where(h2 > h1, 180, -180), turn)
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    far = np.abs(h1 - h2) > 180
    hue = np.where(grey, h1 + h2, (h1 + h2) / 2 + np.where(far, np.where(h1 + h2 < 360, 180, -180), 0))
    shape = 1 + sum(
        weight * np.cos(np.radians(times * hue + offset))
        for weight, times, offset in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    )
    dl = dl / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = dc / (1 + 0.045 * chroma)
    dh = dh / (1 + 0.015 * chroma * shape)
    bend = -2 * _saturation(chroma) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    return np.sqrt(dl**2 + dc**2 + dh**2 + bend * dc * dh)


def contrast(one, other):
    """WCAG 2's contrast ratio, 1 … 21."""
    one, other = linear(one) @ LUMINANCE + 0.05, linear(other) @ LUMINANCE + 0.05
    return np.maximum(one, other) / np.minimum(one, other)


def _saturation(chroma):
    return np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
