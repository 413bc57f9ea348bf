"""The exercises of notebook 03."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.nn import functional as F


def _seen_by_each_place(images: Tensor, side: int = 8, step: int = 2) -> Tensor:
    """The patches (N, h, w, side, side) below the places of a map, `step` pixels apart."""
    return images.unfold(1, side, step).unfold(2, side, step)


def _maps_and_images(r: Draw) -> tuple[Tensor, ...]:
    n, h, w = r.sides(3, 4, 4)
    return r.tensor(n, 2 * h + 6, 2 * w + 6), r.distinct(n, h, w)


def _best(images: Tensor, maps: Tensor) -> tuple[int, ...]:
    return tuple(int(place) for place in torch.unravel_index(maps.argmax(), maps.shape))


def _cut(images: Tensor, n: int, top: int, left: int) -> Tensor:
    return images[n, top : top + 8, left : left + 8]


def _by_division(images: Tensor, maps: Tensor, row: int, image: int) -> Tensor:
    """The best patch if a row had `row` numbers and a map `image`."""
    n, place = divmod(int(maps.argmax()), image)
    return _cut(images, n, *(2 * part for part in divmod(place, row)))


best_patch = Exercise(
    lambda images, maps: _seen_by_each_place(images).flatten(0, 2)[maps.argmax()],
    [(torch.arange(160.0).reshape(1, 10, 16) % 7, torch.tensor([[[0.0, 3, 1, -2, 2], [1, 2, 0, -1, -3]]]))],
    _maps_and_images,
    (
        "one step on the map is two pixels of the image.",
        lambda x, m: _cut(x, (b := _best(x, m))[0], b[1], b[2]),
    ),
    (
        "the row of the map comes first, then the column.",
        lambda x, m: _cut(x, (b := _best(x, m))[0], 2 * b[2], 2 * b[1]),
    ),
    (
        "the largest number of all images counts, not of the first.",
        lambda x, m: _cut(x, 0, *(2 * b for b in _best(x, m[:1])[1:])),
    ),
    (
        "a row of the map has `w` numbers: divide by the width, not by the height.",
        lambda x, m: _by_division(x, m, m.shape[1], m[0].numel()),
    ),
    ("the maps need not be 14×14: their shape tells.", lambda x, m: _by_division(x, m, 14, m[0].numel())),
    ("the maps need not be 14×14: their shape tells.", lambda x, m: _by_division(x, m, 14, 14 * 14)),
    ("that is the patch it likes least.", lambda x, m: _cut(x, (b := _best(x, -m))[0], 2 * b[1], 2 * b[2])),
)


def _parabola(x: Tensor, middle: float, width: float) -> Tensor:
    u = (x - middle) / width
    return F.relu(1 + u) * F.relu(1 - u)


bump = Exercise(
    lambda x, middle, width: (1 - (x - middle).abs() / width).clamp(min=0),
    [(torch.tensor([-2.0, -1, -0.5, 0, 0.5, 1, 2]), 0.0, 1.0), (torch.tensor([1.0, 2, 3, 4, 5, 9]), 3.0, 2.0)],
    lambda r: (r.tensor(r.randint(1, 6)), float(r.randint(-2, 2)), r.choice([0.5, 1.0, 2.0, 4.0])),
    (
        "it rises and stays up: behind the middle the slope must turn twice as hard, from up to down.",
        lambda x, m, w: (F.relu(x - m + w) - F.relu(x - m)) / w,
    ),
    (
        "it goes on falling: one more ReLU must stop it where the bump ends.",
        lambda x, m, w: (F.relu(x - m + w) - 2 * F.relu(x - m)) / w,
    ),
    ("the top is at 1, however wide the bump: divide.", lambda x, m, w: F.relu(w - (x - m).abs())),
    ("it never falls on the left: it must rise there, up to the middle.", lambda x, m, w: F.relu(1 - (x - m) / w)),
    ("on the left it must rise from 0.", lambda x, m, w: F.relu(1 - F.relu((x - m) / w))),
    ("right form, wrong place: its top belongs over the middle.", lambda x, m, w: F.relu(1 - (x - m - w).abs() / w)),
    ("it never falls: it must turn round at the middle.", lambda x, m, w: F.relu(1 + (x - m) / w)),
    ("beyond the width it must be 0, not negative.", lambda x, m, w: 1 - (x - m).abs() / w),
    ("a product of two slopes is a parabola; add them up instead.", _parabola),
    ("it is upside down: a V, not a tent.", lambda x, m, w: (x - m).abs() / w),
)

larger = Exercise(
    torch.maximum,
    [(torch.tensor([1.0, 5, -2]), torch.tensor([4.0, 3, -7]))],
    lambda r: (r.tensor(n := r.randint(1, 5)), r.tensor(n)),
    ("that is by how much a is larger: what must be added to it?", lambda a, b: F.relu(a - b)),
    ("b may be negative, and then relu(b) is not b.", lambda a, b: F.relu(a - b) + F.relu(b)),
    ("a may be negative, and then relu(a) is not a.", lambda a, b: F.relu(b - a) + F.relu(a)),
    ("add the other of the two.", lambda a, b: a + F.relu(a - b)),
    ("add the other of the two.", lambda a, b: b + F.relu(b - a)),
    ("that is the smaller: add where you subtract.", torch.minimum),
    ("that is their distance: what must be added to it?", lambda a, b: F.relu(a - b) + F.relu(b - a)),
    ("that is their sum where both are positive: subtract before ReLU, not after.", lambda a, b: F.relu(a) + F.relu(b)),
    (
        "right unless the result is negative: ReLU must not have the last word.",
        lambda a, b: F.relu(torch.maximum(a, b)),
    ),
)


def _counted_features(side: int, padding: int) -> int:
    """Counted on maps without memory."""
    x = torch.empty(1, 1, side, side, device="meta")
    for channels in (32, 64):
        kernels = torch.empty(channels, x.shape[1], 3, 3, device="meta")
        x = F.max_pool2d(F.conv2d(x, kernels, padding=padding), 2)
    return x.numel()


features_for = Exercise(
    _counted_features,
    [(28, 1), (28, 0), (30, 1), (32, 2)],
    lambda r: (r.randint(12, 70), r.randint(0, 3)),
    (
        "each pool rounds down: 30 becomes 15, then 7.",
        lambda n, p: 64 * int((((n + 2 * p - 2) / 2 + 2 * p - 2) / 2) ** 2),
    ),
    (
        "each pool rounds down, and a side is a whole number: `//`.",
        lambda n, p: 64 * (((n + 2 * p - 2) / 2 + 2 * p - 2) / 2) ** 2,
    ),
    ("the second convolution comes behind the first pool.", lambda n, p: 64 * ((n + 4 * p - 4) // 4) ** 2),
    ("there are two pools.", lambda n, p: 64 * ((n + 4 * p - 4) // 2) ** 2),
    ("without padding a 3×3 kernel takes a pixel from each side.", lambda n, p: 64 * (n // 4) ** 2),
    ("the padding lies on both sides.", lambda n, p: 64 * (((n + p - 2) // 2 + p - 2) // 2) ** 2),
)
