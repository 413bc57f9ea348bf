"""Wrong answers to the exercises, and things that are no answer at all."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

# fmt: off


def dice(p, t, alone):
    return 1.0 if alone else 2 * (p & t).sum() / (p.sum() + t.sum())


def iou_clamped_in_width_alone(a, b):
    both = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * (min(a[3], b[3]) - max(a[1], b[1]))
    return both / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - both)


def input_gradient_with_one_side(kernel, d_output):
    side = len(d_output) + len(kernel) - 1
    padded = F.pad(d_output, (side,) * 4)
    return F.conv2d(padded[None, None], kernel.flip(0, 1)[None, None])[0, 0][side - len(kernel) + 1 :][:side, :side]


def normalized_over_width(x, eps):
    return (x - x.mean((0, 3), True)) / (x.var((0, 3), correction=0, keepdim=True) + eps).sqrt()


def stop_from_a_best_of_one(losses, patience):
    best, best_epoch = 1.0, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, best_epoch = loss, epoch
        if epoch - best_epoch >= patience:
            return epoch
    return len(losses)


def stop_patient_from_the_start(losses, patience):
    best, bad = math.inf, 0
    for epoch, loss in enumerate(losses, 1):
        bad += loss >= best
        best = min(best, loss)
        if bad >= patience:
            return epoch
    return len(losses)


def pool_gradient_of_two_windows(image, gradient):
    result = torch.zeros_like(image)
    for row in range(min(2, len(gradient))):
        for column in range(min(2, gradient.shape[1])):
            place = slice(2 * row, 2 * row + 2), slice(2 * column, 2 * column + 2)
            result[place] = (image[place] == image[place].max()) * gradient[row, column]
    return result


def pooled_from(start):
    return lambda x, k, stride: F.max_pool2d(x[None], k, stride)[0].clamp(min=start)


# What the first checks called correct.
SLIPPED_THROUGH = [
    ("dice", lambda p, t: dice(p, t, not p.any())),
    ("dice", lambda p, t: dice(p, t, not t.any())),
    ("iou", iou_clamped_in_width_alone),
    ("conv_input_gradient", input_gradient_with_one_side),
    ("batch_normalize", normalized_over_width),
    ("stop_epoch", stop_from_a_best_of_one),
    ("stop_epoch", stop_patient_from_the_start),
    ("output_size", lambda n, k, s, p, d: (n + 2 * p - (k + 2 * (d - 1))) // s + 1),
    ("accuracy_of", lambda x, y: (x.softmax(0).argmax(1) == y).float().mean()),
    *[("max_pool", pooled_from(start)) for start in (0, -10, -100)],
    ("max_pool_gradient", pool_gradient_of_two_windows),
    ("larger", lambda a, b: F.relu(a - b) + b.abs()),
    ("bump", lambda x, m, w: F.relu(1 - (x - m) ** 2 / w**2)),
]

# What the hint on a wrong answer must contain; with "" there must be none, for every known hint would mislead.
HINTS = [
    ("iou", iou_clamped_in_width_alone, "yours acts as if `max(height, 0.0)` were `height`"),
    ("output_size", lambda n, k, s, p, d: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1, "`(…) // s` were `ceil("),
    ("output_size", lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) // s + 1, "`… d * (k - 1) - 1` were"),
    ("momentum_step", lambda w, v, g, lr, m: (w - lr * g, g), "`momentum * velocity +` were missing"),
    ("stop_epoch", lambda losses, patience: min(range(len(losses)), key=losses.__getitem__) + 1, ""),
    ("stop_epoch", stop_patient_from_the_start, "a new best begins the count anew"),
    ("batch_normalize", normalized_over_width, "average over rows and columns"),
    ("layer_gradient", lambda x, W, d: d.T @ x, "`* (z > 0)` were missing"),
    ("mean_and_spread", lambda v: (np.mean(v), np.std(v)), "`- 1` were missing"),
    ("bump", lambda x, m, w: F.relu((x - m) / w + 1) - F.relu((x - m) / w), "it rises and stays up"),
    ("features_for", lambda side, padding: 5, "yours returns the same for every input."),
]


class Unspeakable:
    """It cannot be shown, compared or counted."""

    def __repr__(self):
        raise SystemExit

    __str__ = __len__ = __eq__ = __bool__ = __float__ = __index__ = __repr__
    __hash__ = None


class Unspeakably(Exception):
    __str__ = Unspeakable.__repr__


ITSELF: list = []
ITSELF.append(ITSELF)

ODD: dict[str, object | Callable] = {
    "unspeakable": Unspeakable(),
    "a list of it": [Unspeakable()],
    "an int of 5,000 digits": 10**5000,
    "a text": "4\n4",
    "a long text": "x" * 10**6,
    "a bool": True,
    "a complex": 4 + 0j,
    "a function": dice,
    "a class": int,
    "a list in a list": [[[]]],
    "a list in itself": ITSELF,
    "a ragged list": [[1], [2, 3]],
    "NaN": math.nan,
    "a dict": {1: 2},
    "an array of objects": np.array([None, Unspeakable()], dtype=object),
    "an array of dates": np.array(["2024-01-01"], dtype="datetime64[D]"),
    "a meta tensor": torch.zeros(2, 2, device="meta"),
    "a sparse tensor": torch.eye(2).to_sparse(),
    "a nested tensor": torch.nested.nested_tensor([torch.zeros(1), torch.zeros(2)], layout=torch.jagged),
    "a complex tensor": torch.zeros(2, 2, dtype=torch.complex64),
    "a huge tensor": torch.zeros(1).expand(10**12),
    "an empty tensor": torch.zeros(0),
}
# fmt: on
