"""The exercises of notebook 03."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.checks.cases import small_image
from helpers.checks.exercise import Exercise


def _measured_bias(b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    """What the two layers answer when the input is 0, so that the first layer's weights do not matter."""
    return F.linear(F.linear(torch.zeros(1), torch.ones(len(b1), 1), b1), w2, b2)


SQUARE = torch.tensor([[2.0, 1.0], [0.0, -1.0]])

collapsed_bias = Exercise(
    solve=_measured_bias,
    cases=(
        (torch.tensor([1.0, 3.0]), SQUARE, torch.tensor([10.0, 20.0])),
        (torch.tensor([1.0, -2.0, 4.0]), small_image(2, 3) - 2, torch.tensor([0.5, -1.0])),
        (torch.tensor([2.0, -1.0]), small_image(3, 2) - 3, torch.tensor([1.0, 0.0, 5.0])),
    ),
    mistakes=(
        (lambda b1, w2, b2: b1 + b2, "the first bias passes through the second layer's weights."),
        (lambda b1, w2, b2: b2, "the first layer has a bias, too."),
        (lambda b1, w2, b2: w2 @ b1, "the second layer's own bias is missing."),
        (lambda b1, w2, b2: w2 @ (b1 + b2), "the second bias is added last: no weights lie behind it."),
        (lambda b1, w2, b2: w2.T @ b1 + b2, "each row of the weight belongs to one output: w2 @ b1, not w2.T @ b1."),
    ),
)

WEIGHT = torch.tensor([[1.0, 2.0], [0.0, 3.0]])

linear_layer = Exercise(
    solve=F.linear,
    cases=(
        (torch.tensor([[1.0, 5.0], [2.0, -1.0]]), WEIGHT, torch.tensor([10.0, 30.0])),
        (small_image(4, 3) - 3, small_image(2, 3) - 1, torch.tensor([0.5, -1.5])),
        (small_image(1, 5), small_image(3, 5) - 2, torch.tensor([1.0, 2.0, -4.0])),
    ),
    mistakes=(
        (lambda x, w, b: x @ w + b, "row j of the weight belongs to output j, so it must be transposed: weight.T."),
        (lambda x, w, b: x @ w.T, "the bias is missing."),
        (lambda x, w, b: w @ x.T + b, "the images are the rows of the result, not its columns."),
        (lambda x, w, b: x @ w.T + b.sum(), "each output has its own bias."),
        (lambda x, w, b: F.linear(x, w, b).relu(), "ReLU is a step of its own: leave the negative sums."),
    ),
)


def _measured_features(height: int, width: int) -> int:
    """The numbers of one image behind the second pool, counted on an image without memory."""
    steps = [nn.Conv2d(1, 32, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.MaxPool2d(2)]
    return nn.Sequential(*steps).to("meta")(torch.empty(1, 1, height, width, device="meta")).numel()


features_for = Exercise(
    solve=_measured_features,
    cases=((28, 28), (32, 32), (64, 48), (30, 31), (27, 50)),
    mistakes=(
        (lambda h, w: 64 * h * w // 16, "each pool rounds down each side: 30 becomes 15, then 7."),
        (lambda h, w: 64 * round(h / 4) * round(w / 4), "pooling rounds down (//)."),
        (lambda h, w: (h // 4) * (w // 4), "there are 64 channels."),
        (lambda h, w: 64 * (h // 2) * (w // 2), "there are two pools."),
        (lambda h, w: 64 * (h // 4) ** 2, "height and width may differ."),
        (lambda h, w: 32 * (h // 4) * (w // 4), "conv2 makes 64 channels of the 32."),
    ),
)


def _measured_rows(images: int, side: int) -> int:
    """The rows of view(-1, 3136), tried on a tensor without memory."""
    maps = torch.empty(images, 64, side // 4, side // 4, device="meta")
    try:
        return maps.view(-1, 3136).shape[0]
    except RuntimeError:
        return 0


rows_of_view = Exercise(
    solve=_measured_rows,
    cases=((49, 32), (64, 28), (7, 32), (1, 56), (3, 84), (98, 30), (49, 37), (10, 60)),
    mistakes=(
        (lambda n, s: n, "view keeps the numbers, not the images: n changes."),
        (lambda n, s: n * 64 * (s // 4) ** 2 // 3136, "when the numbers cannot be divided evenly, view raises: 0."),
        (lambda n, s: _measured_rows(n, s) if n % 49 == 0 or s == 28 else 0,
         "also fewer images will do: what counts is whether 3136 divides all the numbers."),
        (lambda n, s: n * (s // 4) ** 2 / 49 if n * (s // 4) ** 2 % 49 == 0 else 0, "rows are whole numbers: use //."),
        (lambda n, s: n * s * s * 64 // (3136 * 16) if n * s * s * 64 % (3136 * 16) == 0 else 0,
         "each pool rounds the side down: 30 becomes 15, then 7."),
    ),
)  # fmt: skip


def _counted_dead(activations: Tensor) -> int:
    return sum(not any(column) for column in activations.T.tolist())


dead_units = Exercise(
    solve=_counted_dead,
    cases=(
        (torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]]),),
        (torch.tensor([[0.0, 1.0, 0.0, 0.0, 3.0], [0.0, 0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]]),),
        (torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]),),
        (torch.tensor([[1.0, 2.0], [0.0, 4.0]]),),
    ),
    mistakes=(
        (lambda a: int((a == 0).sum()), "that counts single zeros; a dead unit is 0 for every image."),
        (lambda a: int((a == 0).any(dim=0).sum()), "one zero does not make a unit dead: all images count."),
        (lambda a: int((a == 0).all(dim=1).sum()), "the images are the rows: look down each column."),
        (lambda a: int((a > 0).any(dim=0).sum()), "those are the units that live."),
        (lambda a: (a == 0).all(dim=0).float().mean().item(), "count them; do not divide by their number."),
    ),
)
