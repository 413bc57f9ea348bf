"""The exercises of notebook 03."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.nn import functional as F

SQUARE = torch.tensor([[2.0, 1], [0, -1]])  # as many outputs as inputs, because then a wrong axis still fits


def _layer(r: Draw) -> tuple[Tensor, ...]:
    images, inputs, outputs = r.sides(4, 4, 4)
    return r.tensor(images, inputs), r.tensor(outputs, inputs), r.tensor(outputs)


linear_layer = Exercise(
    lambda x, weight, bias: F.linear(x, weight, bias),
    [(torch.tensor([[1.0, 5], [2, -1]]), SQUARE, torch.tensor([10.0, 30]))],
    _layer,
    ("row j of the weight belongs to output j: transpose it, weight.T.", lambda x, w, b: x @ w + b),
    ("the images are the rows of the result, not its columns.", lambda x, w, b: w @ x.T + b),
)

collapsed_bias = Exercise(  # what the two layers answer to an input of 0, so that the first one's weights do not matter
    lambda b1, w2, b2: F.linear(F.linear(torch.zeros(1), torch.ones(len(b1), 1), b1), w2, b2),
    [(torch.tensor([1.0, 3]), SQUARE, torch.tensor([10.0, 20]))],
    lambda r: (r.tensor(h := r.randint(1, 4)), r.tensor(o := r.randint(1, 4), h), r.tensor(o)),
    ("the first bias passes through the second layer's weights.", lambda b1, w2, b2: b1 + b2),
    ("the second bias is added last: no weights lie behind it.", lambda b1, w2, b2: w2 @ (b1 + b2)),
    ("each row of the weight belongs to one output: not w2.T.", lambda b1, w2, b2: w2.T @ b1 + b2),
)

dead_units = Exercise(
    lambda activations: sum(not any(column) for column in activations.T.tolist()),
    [(torch.tensor([[0.0, 2, 0], [0, 0, 1]]),), (torch.tensor([[0.0, 0.25, 0], [0, 0.001, 0], [0, 0, 0]]),)],
    lambda r: (r.tensor(r.randint(1, 4), u := r.randint(1, 5), high=r.choice([1, 4])).relu() * r.mask(u),),
    ("the images are the rows: look down each column.", lambda a: (a == 0).all(dim=1).sum()),
    ("those are the units that live.", lambda a: (a > 0).any(dim=0).sum()),
    ("count them; do not divide by their number.", lambda a: (a == 0).all(dim=0).float().mean()),
)

features_for = Exercise(  # counted on maps without memory
    lambda h, w: F.max_pool2d(F.max_pool2d(torch.empty(64, h, w, device="meta"), 2), 2).numel(),
    [(28, 28), (64, 48), (30, 31)],
    lambda r: (r.randint(4, 70), r.randint(4, 70)),
    ("each pool rounds down each side: 30 becomes 15, then 7.", lambda h, w: 64 * h * w // 16),
    ("there are two pools.", lambda h, w: 64 * (h // 2) * (w // 2)),
)


def _measured_rows(n: int, side: int) -> int:
    """The rows of view(-1, 3136), tried on a tensor without memory."""
    try:
        return torch.empty(n, 64, side // 4, side // 4, device="meta").view(-1, 3136).shape[0]
    except RuntimeError:
        return 0


rows_of_view = Exercise(
    _measured_rows,
    [(49, 32), (7, 32), (64, 28), (1, 56), (3, 84), (98, 30), (49, 37), (10, 60)],
    lambda r: (r.choice([1, 7, 49]) * r.randint(1, 5), r.choice([4, 28]) * r.randint(1, 4) + r.randint(0, 3)),
    ("view keeps the numbers, not the images: n changes.", lambda n, side: n),
    ("only all the numbers must be divisible, not n.", lambda n, side: _measured_rows(n, side) * (n % 49 == 0)),
)
