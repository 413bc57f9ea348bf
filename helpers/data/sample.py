"""Handwritten-looking digits drawn by rule: the offline stand-in for MNIST.

Every digit starts as a pen path designed by hand (skeletons.txt), is shaken, bent and slanted as handwriting is,
drawn with a round pen, and prepared as MNIST was: fitted into 20x20 pixels, then centred by its centre of
mass in 28x28 (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist/). No pixel of MNIST went into it.

The same seed gives the same bytes on every platform, because
- the random numbers come from RandomState.random_sample, a stream that numpy has frozen (NEP 19);
- floats meet only + - * /, sqrt, comparisons and rounding, one element at a time: IEEE 754 fixes each result
  to the last bit. sin, exp, matmul and float sums would depend on the maths library and the processor.
"""

from pathlib import Path

import numpy as np

SIZE, BOX = 28, 20  # pixels: the image, and the box inside it that MNIST fitted the ink into
STEPS = 4  # straight pieces from one point of a path to the next
WARPS = 19  # random numbers per digit for pen and posture
POINTS = 18  # random numbers per digit and axis for shaking: one per point of the longest path, and 3


def _read_paths(text: str) -> dict[int, list[list]]:
    """The paths of each digit, each as often as the text says; a path is a list of strokes of points (x, y)."""
    paths: dict[int, list[list]] = {digit: [] for digit in range(10)}
    for line in text.splitlines():
        if row := line.partition("#")[0].split(maxsplit=2):
            path = [[tuple(map(float, point.split(","))) for point in s.split()] for s in row[2].split("|")]
            paths[int(row[0])] += [path] * int(row[1])
    return paths


PATHS = _read_paths(Path(__file__).with_name("skeletons.txt").read_text(encoding="utf-8"))


def draw_digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits: images uint8 (count, 28, 28), 0 black to 255 white, and labels int64 (count,).

    Each ten in a row hold every label once, shuffled. A smaller count gives the first digits of a larger one.
    """
    tens = -(-count // 10)
    noise = np.random.RandomState(seed).random_sample((10 * tens, 2 + WARPS + 2 * POINTS))
    labels = noise[:, 0].reshape(tens, 10).argsort(axis=1, kind="stable").ravel()[:count].astype(np.int64)
    noise, images = noise[:count], np.zeros((count, SIZE, SIZE), np.uint8)
    for digit, paths in PATHS.items():
        chosen = np.where(labels == digit, (noise[:, 1] * len(paths)).astype(np.int64), -1)
        for k, path in enumerate(paths):
            if len(rows := np.flatnonzero(chosen == k)):
                images[rows] = _draw(path, noise[rows, 2:])
    return images, labels


def _draw(strokes: list, noise: np.ndarray) -> np.ndarray:
    """One path drawn n times, each with its own noise (n, WARPS + 2 * POINTS): images uint8 (n, 28, 28)."""
    points = list(dict.fromkeys(point for stroke in strokes for point in stroke))
    loose = noise[:, WARPS:].reshape(len(noise), POINTS, 2) * 2 - 1
    # A point moves by the sum of four random numbers, three of them its neighbour's too: curves stay smooth.
    shake = loose[:, 3:] + loose[:, 2:-1] + loose[:, 1:-2] + loose[:, :-3]
    places = _warp(np.array(points) / 100 + 0.055 * shake[:, : len(points)], noise)
    curves = [_curve(places[:, [points.index(point) for point in stroke]]) for stroke in strokes]
    radius = _pen(noise)
    return _centre(_ink(*_fit(curves, radius), radius))


def _pen(noise: np.ndarray) -> np.ndarray:
    """The pen's radius in each row, in pixels (n, 20): fine or bold, pressed harder above or below."""
    bold = 0.75 + 1.8 * noise[:, :1] * (0.2 + 0.8 * noise[:, 1:2])  # a product: bold pens are rarer
    return bold * (1 + 0.9 * (noise[:, 2:3] - 0.5) * (np.arange(BOX) / 10 - 1))


def _warp(places: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Bend, stretch, slant and turn points (n, k, 2), given in a box of about 0.6 by 1, as writers do."""

    def bell(i: int) -> np.ndarray:  # from -1 to 1, mostly near 0: the sum of two random numbers
        return noise[:, i : i + 1] + noise[:, i + 1 : i + 2] - 1

    x, y = places[:, :, 0], places[:, :, 1]
    x = x + 0.5 * bell(3) * x * (0.7 - x) - 0.3  # the middle further left or right
    y = y + 0.8 * bell(5) * y * (1 - y) - 0.5  # a large head or a large foot
    x = x * (1 + 0.5 * bell(7))  # narrow or wide
    x = x * (1 + 0.5 * bell(9) * y)  # wider above or below
    x = x + 0.4 * bell(11) * y * y  # bent like a bow
    y = y + 0.4 * bell(13) * x * x
    x = x - (0.12 + 0.7 * bell(15)) * y  # slanted, more often to the right
    half = 0.18 * bell(17)  # turned: cos and sin from the tangent of half the angle
    cos, sin = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=2)


def _curve(points: np.ndarray) -> np.ndarray:
    """A smooth curve through points (n, k, 2), as corners of a polyline (n, STEPS * (k - 1) + 1, 2).

    A Catmull-Rom spline: at each point it runs parallel to the line from the point before to the point after.
    """
    start, end = points[:, :-1], points[:, 1:]
    before = np.concatenate([points[:, :1], points[:, :-2]], axis=1)
    after = np.concatenate([points[:, 2:], points[:, -1:]], axis=1)
    corners = np.empty((len(points), start.shape[1], STEPS, 2))
    for step in range(STEPS):
        t = step / STEPS
        bend = (1 - t) * (end - before) / 2 + t * (start - after) / 2 + (1 - 2 * t) * (start - end)
        corners[:, :, step] = (1 - t) * start + t * end + t * (1 - t) * bend
    return np.concatenate([corners.reshape(len(points), -1, 2), points[:, -1:]], axis=1)


def _fit(curves: list[np.ndarray], radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale curves (n, ..., 2) until pen and all fill the 20x20 box: starts and ends of pieces, (n, m, 2)."""
    corners = np.concatenate(curves, axis=1)
    low, high = corners.min(axis=1, keepdims=True), corners.max(axis=1, keepdims=True)
    scale = (BOX - 2 * radius.max(axis=1)[:, None, None]) / (high - low).max(axis=2, keepdims=True)
    placed = [(curve - (low + high) / 2) * scale + BOX / 2 for curve in curves]
    starts, ends = [curve[:, :-1] for curve in placed], [curve[:, 1:] for curve in placed]
    return np.concatenate(starts, axis=1), np.concatenate(ends, axis=1)


def _ink(starts: np.ndarray, ends: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Ink uint8 (n, 20, 20) of a round pen moved along the pieces: white inside, fading across its edge."""
    x, y = np.arange(BOX) + 0.5, np.arange(BOX)[:, None] + 0.5  # the pixels' middles
    nearest = np.full((len(starts), BOX, BOX), 4.0 * BOX * BOX)  # squared distance from pixel to path
    for piece in range(starts.shape[1]):
        start, way = starts[:, piece], ends[:, piece] - starts[:, piece]
        left, top, dx, dy = (v[:, None, None] for v in (*start.T, *way.T))
        squared = np.maximum(dx * dx + dy * dy, 1e-12)
        along = np.clip((x - left) * (dx / squared) + (y - top) * (dy / squared), 0, 1)  # 0 start, 1 end
        off_x, off_y = x - left - along * dx, y - top - along * dy
        np.minimum(nearest, off_x * off_x + off_y * off_y, out=nearest)
    edge = np.clip((radius[:, :, None] - np.sqrt(nearest)) / 1.3 + 0.5, 0, 1)  # 1.3 pixels wide
    return (255 * edge * edge * (3 - 2 * edge) + 0.5).astype(np.uint8)  # S-shaped


def _centre(ink: np.ndarray) -> np.ndarray:
    """Paste ink (n, 20, 20) into black images (n, 28, 28), its centre of mass nearest to pixel (14, 14)."""
    mass, place = ink.astype(np.int64), np.arange(BOX)  # integers: their sums are exact in any order
    total = mass.sum(axis=(1, 2))
    rows, columns = ((2 * (mass.sum(axis=a) * place).sum(axis=1) + total) // (2 * total) for a in (2, 1))
    images = np.zeros((len(ink), SIZE, SIZE), np.uint8)
    for image, digit, row, column in zip(images, ink, rows, columns, strict=True):
        top, left = (min(max(SIZE // 2 - middle, 0), SIZE - BOX) for middle in (row, column))
        image[top : top + BOX, left : left + BOX] = digit
    return images
