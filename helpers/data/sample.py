"""Handwritten-looking digits drawn by rule: the offline stand-in for MNIST.

Every digit starts as a pen path designed by hand (SKELETONS), is shaken, bent and slanted as handwriting is,
drawn with a round pen, and prepared as MNIST was: fitted into 20x20 pixels, then centred by its centre of
mass in 28x28 (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist/). No pixel of MNIST went into it.

The same seed gives the same bytes on every platform, because
- the random numbers come from RandomState.random_sample, a stream that numpy has frozen (NEP 19);
- floats meet only + - * /, sqrt, comparisons and rounding, one element at a time: IEEE 754 fixes each result
  to the last bit. sin, exp, matmul and float sums would depend on the maths library and the processor.
"""

from numbers import Integral

import numpy as np

# Pen paths: (digit, how often among its variants, path). A point is "x,y", y down, a digit about 100 tall; a
# smooth curve runs through the points; "|" ends it: a corner or a lifted pen. Equal points stay together.
# fmt: off
SKELETONS: list[tuple[int, int, str]] = [
    (0, 8, "38,0 18,6 4,26 0,50 6,78 20,95 38,100 58,88 68,66 70,42 60,14 38,0"),   # closed oval
    (0, 1, "60,0 24,6 0,40 20,78 60,86 100,72 112,38 92,8 60,0"),                   # wide
    (0, 5, "46,4 20,6 2,36 4,74 26,98 52,90 68,60 62,16 38,0 18,14"),               # ends overlap at the top
    (0, 2, "44,4 20,4 2,36 4,74 26,98 52,90 68,58 64,24"),                          # not quite closed, right
    (0, 2, "14,14 0,44 8,82 32,100 60,86 70,44 58,10 36,4"),                        # not quite closed, left
    (0, 2, "30,10 8,30 2,66 22,98 54,92 70,56 60,14 36,2 28,16 44,30"),             # ends in an inner curl
    (0, 2, "40,0 10,16 0,60 22,98 56,86 70,44 52,8 22,-2 16,-12"),                  # with a tick at the top
    (0, 1, "38,0 8,14 0,50 14,90 38,100 62,88 70,46 60,12 38,0 | 58,16 14,88"),     # with a slash
    (1, 8, "10,0 10,50 10,100"),                                                    # a bar
    (1, 2, "0,18 18,0 | 18,0 18,50 18,100"),                                        # with a flag
    (1, 1, "0,40 22,0 | 22,0 22,50 22,100"),                                        # with a long upstroke
    (1, 2, "10,0 4,50 2,100 | 16,0 10,50 7,100"),                                   # gone over twice
    (1, 2, "4,20 24,0 | 24,0 24,50 24,100 | 0,100 48,100"),                         # with flag and base
    (2, 3, "4,22 30,0 60,16 50,50 4,98 | 4,98 36,94 72,96"),                        # sharp corner below
    (2, 1, "2,8 50,4 | 50,4 44,40 4,98 | 4,98 70,96"),                              # angular, like a Z
    (2, 2, "4,16 20,2 50,2 64,22 40,60 10,92 | 10,92 34,88 64,100"),                # flat head, falling tail
    (2, 3, "4,26 32,0 60,22 46,60 16,95 0,88 12,74 40,88 76,94"),                   # with a loop
    (2, 2, "4,16 30,0 52,20 42,56 14,92 0,80 14,66 50,78 100,70"),                  # loop, rising tail
    (2, 3, "10,40 6,14 34,0 56,26 40,78 12,100 0,84 20,72 52,94 80,88"),            # curled head, large loop
    (2, 2, "4,18 34,0 58,22 40,72 8,92 0,80 20,74 52,100"),                         # short falling tail
    (2, 1, "16,14 40,0 50,18 40,60 8,92 | 8,92 40,86 90,80"),                       # small head, long tail
    (2, 2, "22,32 8,14 34,0 56,20 44,60 14,92 0,80 20,72 60,96"),                   # curled head, flat loop
    (2, 2, "16,38 4,20 18,2 46,0 58,22 44,62 14,94 0,84 16,74 72,100"),             # curled head, long tail
    (2, 3, "4,20 34,0 60,24 50,56 24,96 0,92 4,72 30,74 72,98"),                    # round head, fat loop
    (3, 4, "4,14 30,0 56,18 44,42 24,46 | 24,46 54,54 62,78 38,100 0,90"),          # two round bows
    (3, 1, "4,4 30,3 56,4 | 56,4 26,42 | 26,42 60,56 56,88 28,100 0,90"),           # flat top
    (3, 2, "6,12 34,0 54,20 40,44 18,50 22,40 48,52 62,74 38,100 2,92"),            # loop in the middle
    (3, 2, "6,20 24,2 50,8 46,32 22,48 | 22,48 48,46 56,66 40,92 10,100 0,80"),     # foot curls back up
    (3, 1, "2,22 22,0 54,8 40,34 16,46 | 16,46 40,46 50,62 30,90 -14,98"),          # foot long and flat
    (3, 1, "4,8 36,0 58,14 30,44 | 30,44 64,54 66,82 36,100 2,84"),                 # small head, large foot
    (3, 2, "14,4 46,2 44,24 24,42 | 24,42 60,48 58,84 24,100 -10,92"),              # sharp middle, long foot
    (3, 2, "0,20 20,2 44,12 18,44 | 18,44 48,52 42,84 8,100"),                      # narrow
    (4, 3, "8,4 2,30 2,52 | 2,52 60,48 | 52,0 48,50 46,100"),                       # open, angular
    (4, 3, "8,0 4,36 16,50 52,42 | 56,2 48,60 42,100"),                             # open, like a U
    (4, 3, "44,0 0,66 | 0,66 70,62 | 44,0 44,100"),                                 # closed
    (4, 2, "24,0 0,54 | 0,54 68,46 | 44,24 30,100"),                                # downstroke starts low
    (4, 2, "4,0 0,50 6,66 50,64 | 54,0 54,50 52,100"),                              # deep U, short foot
    (4, 1, "30,0 4,34 0,54 60,46 | 60,2 44,46 24,100"),                             # leaning, open
    (5, 4, "12,4 8,44 | 8,44 40,38 60,62 44,94 2,96 | 12,4 62,2"),                  # bar drawn separately
    (5, 2, "62,4 20,6 10,36 46,52 52,80 26,100 0,90"),                              # one stroke, like an S
    (5, 2, "66,2 22,6 | 22,6 14,42 | 14,42 48,44 54,80 28,100 0,88"),               # one stroke, with corners
    (5, 3, "40,10 24,46 | 24,46 50,56 48,86 20,100 0,76 | 40,10 92,0"),             # long bar, curled foot
    (5, 3, "10,4 6,46 | 6,46 44,38 60,66 40,98 10,94 2,76 | 10,4 60,0"),            # nearly closed belly
    (5, 1, "56,0 8,4 2,46 | 2,46 34,34 66,54 62,90 24,100 0,88"),                   # square, wide belly
    (5, 2, "60,0 30,8 20,38 | 20,38 56,44 58,80 26,100 2,84"),                      # short bar, large belly
    (6, 3, "44,0 12,36 2,72 20,100 50,92 54,64 30,54 6,76"),                        # large bowl
    (6, 2, "50,0 20,40 4,80 22,100 44,88 40,68 22,70 8,86"),                        # long stem, small bowl
    (6, 1, "56,4 24,20 4,64 22,100 54,86 46,60 14,66"),                             # bent stem
    (6, 3, "20,0 4,40 4,80 24,100 60,92 72,66 50,50 24,66 16,90"),                  # short stem, wide bowl
    (6, 2, "44,0 14,40 6,80 34,100 66,80 50,60 20,72 -6,88"),                       # bowl crosses the stem
    (6, 1, "10,0 4,50 8,94 40,100 56,76 36,58 8,78"),                               # upright, like a b
    (6, 2, "30,0 4,50 8,90 40,98 76,72 60,58 34,76"),                               # bowl drawn out
    (6, 2, "50,0 22,26 2,70 14,94 50,94 84,70 66,58 24,80"),                        # leaning, flat bowl
    (7, 4, "0,8 30,5 60,4 | 60,4 36,50 24,100"),                                    # plain
    (7, 2, "2,26 4,6 | 4,6 62,4 | 62,4 38,50 26,100"),                              # with a serif
    (7, 2, "0,8 60,4 | 60,4 36,50 24,100 | 14,52 58,48"),                           # with a bar
    (7, 2, "0,16 28,2 58,10 42,50 28,100"),                                         # curved, one stroke
    (7, 2, "0,36 12,8 28,14 54,2 | 54,2 42,50 34,100"),                             # with a wavy roof
    (7, 2, "0,44 8,10 | 8,10 40,10 62,4 | 62,4 52,50 44,100"),                      # long serif, like an n
    (7, 2, "0,14 50,6 90,0 | 90,0 54,44 34,84"),                                    # wide roof, short leg
    (7, 2, "0,10 36,0 64,14 52,50 16,94"),                                          # round shoulder, bent leg
    (7, 2, "0,44 10,14 | 10,14 60,12 96,0 | 96,0 60,50 40,84"),                     # wide, with a serif
    (8, 4, "56,14 30,0 8,16 24,42 52,62 54,88 28,100 4,84 14,60 44,38 56,14"),      # one crossing stroke
    (8, 1, "32,0 10,20 32,46 56,22 32,0 | 32,46 4,74 30,100 62,76 32,46"),          # two circles
    (8, 2, "60,6 24,2 10,22 34,48 50,76 26,100 4,82 24,54 56,24"),                  # open at the top
    (8, 2, "70,10 36,0 10,14 26,40 44,64 38,92 22,100 14,86 28,58 56,30 44,4"),     # arm at the top
    (8, 2, "58,10 30,0 6,18 26,40 44,66 34,98 22,98 24,72 44,44 66,12"),            # foot almost a line
    (8, 2, "66,2 30,4 6,20 40,44 58,72 38,98 8,88 10,66 40,44 56,18"),              # open at the right
    (8, 2, "34,46 8,24 28,0 58,16 34,46 6,70 16,98 54,94 58,68 34,46"),             # starts in the middle
    (8, 2, "40,10 14,8 20,34 60,64 56,94 20,100 0,80 26,50 54,26 40,10"),           # small head, large foot
    (8, 2, "60,14 30,-2 0,12 4,36 36,48 54,30 60,14 | 30,48 14,74 24,100 44,82 34,48"),  # large head
    (8, 3, "40,4 10,14 22,40 50,64 40,96 18,96 14,76 40,48 70,0"),                  # arms apart at the top
    (8, 2, "50,2 20,0 8,22 36,44 70,66 60,96 16,98 2,72 36,46 62,22 50,2"),         # large and round
    (9, 3, "54,12 26,2 2,28 20,50 50,36 54,12 | 54,12 48,56 44,100"),               # straight tail
    (9, 3, "54,14 28,0 2,24 18,48 48,36 54,14 | 54,14 56,60 40,98 8,92"),           # tail with a hook
    (9, 2, "50,10 26,4 2,32 20,46 50,22 58,4 | 58,4 46,50 30,100"),                 # slanted tail
    (9, 3, "56,16 30,0 2,30 22,60 54,44 62,14 | 62,14 60,60 66,100"),               # large bowl, like an a
    (9, 1, "48,8 24,0 4,18 24,36 46,26 52,10 50,50 48,100"),                        # small bowl, one stroke
    (9, 2, "66,16 40,2 8,14 0,40 26,54 56,36 66,12 | 66,12 60,50 52,100"),          # wide bowl
    (9, 1, "50,6 20,6 2,28 14,46 48,32 | 58,0 50,50 42,100"),                       # open, like a 4
    (9, 1, "44,6 34,0 18,24 24,40 44,20 50,4 44,50 40,100"),                        # narrow bowl
    (9, 2, "52,12 30,0 4,18 12,44 44,36 52,12 | 52,12 52,60 36,94 0,86"),           # large head, hook
]
# fmt: on

SIZE, BOX = 28, 20  # pixels: the image, and the box inside it that MNIST fitted the ink into
STEPS = 4  # straight pieces from one point of a path to the next
WARPS = 19  # random numbers per digit for pen and posture
POINTS = 18  # random numbers per digit and axis for shaking: one per point of the longest path, and 3
CHUNK = 64  # digits drawn at once: few enough for their pixels to stay in the processor's cache


def draw_digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits: images uint8 (count, 28, 28), 0 black to 255 white, and labels int64 (count,).

    Each ten in a row hold every label once, shuffled. A smaller count gives the first digits of a larger one.
    Raises ValueError unless count is an integer of at least 0 and seed one from 0 to 2**32 - 1.
    """
    _check("count", count)
    _check("seed", seed, most=2**32 - 1)
    tens = -(-count // 10)
    noise = np.random.RandomState(seed).random_sample((10 * tens, 2 + WARPS + 2 * POINTS))
    labels = noise[:, 0].reshape(tens, 10).argsort(axis=1, kind="stable").ravel()[:count].astype(np.int64)
    noise, images = noise[:count], np.zeros((count, SIZE, SIZE), np.uint8)
    chosen = _choose(labels, noise[:, 1])
    for variant, (_, _, path) in enumerate(SKELETONS):
        rows = np.flatnonzero(chosen == variant)
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            images[part] = _draw(path, noise[part, 2:])
    return images, labels


def _check(name: str, value: int, most: int | None = None) -> None:
    """Raise ValueError unless value is an integer (not a bool) from 0 to most."""
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_integer or value < 0 or (most is not None and value > most):
        wanted = "of at least 0" if most is None else f"from 0 to {most}"
        raise ValueError(f"{name} must be an integer {wanted}, got {value!r}")


def _choose(labels: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """For every label the index of one of its SKELETONS, picked by chance from 0 to 1, as int64 (count,)."""
    chosen = np.empty_like(labels)
    for digit in range(10):
        variants = [i for i, row in enumerate(SKELETONS) if row[0] == digit]
        tickets = np.repeat(variants, [SKELETONS[i][1] for i in variants])
        here = labels == digit
        chosen[here] = tickets[(chance[here] * len(tickets)).astype(np.int64)]
    return chosen


def _draw(path: str, noise: np.ndarray) -> np.ndarray:
    """One path drawn n times, each with its own noise (n, WARPS + 2 * POINTS): images uint8 (n, 28, 28)."""
    strokes = [[tuple(map(float, point.split(","))) for point in s.split()] for s in path.split("|")]
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
