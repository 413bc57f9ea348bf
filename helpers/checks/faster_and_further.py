"""The exercises of notebook 11: batches prepared at once, a hidden share, a gradient in parts, a ring of machines."""

from collections.abc import Callable

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slips

import torch
from torch import Tensor
from torch.nn import functional as F


def _seen(batches: Callable, pixels: Tensor, labels: Tensor, size: int) -> dict | None:
    """What three epochs show; the first pixels of the digits are all different, and tell which is which."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        answers = [batches(pixels, labels, size) for _ in range(3)]
        if any(answer is None for answer in answers):
            return None
        epochs = [list(answer) for answer in answers]
    orders = [torch.cat([images for images, _ in epoch]).flatten(1)[:, 0].tolist() for epoch in epochs]
    images, found = (torch.cat(parts) for parts in zip(*epochs[0], strict=True))
    order = images.flatten(1)[:, 0].argsort()
    return _told(
        torch.tensor([len(part) for _, part in epochs[0]]), images[order], found[order], len(set(map(str, orders)))
    )


def _told(sizes: Tensor, images: Tensor, labels: Tensor, orders: int) -> dict:
    shuffled = "orders in three calls (2 means: not always the same)"
    names = "the sizes of the batches", "the images, sorted", "their labels", shuffled
    return dict(zip(names, (sizes, images, labels, min(orders, 2)), strict=True))


def _right_epochs(pixels: Tensor, labels: Tensor, size: int) -> dict:
    order = pixels[:, 0, 0].argsort()
    full, rest = divmod(len(labels), size)
    sizes = torch.tensor([size] * full + [rest] * (rest > 0))
    return _told(sizes, torch.sub(pixels[order][:, None] / 255, 0.5) / 0.5, labels[order], 2)


def _few_digits(r: Draw) -> tuple[Tensor, Tensor, int]:
    count = r.randint(6, 9)
    pixels = torch.tensor(r.sample(range(256), 4 * count), dtype=torch.uint8)
    return pixels.view(count, 2, 2), r.labels(count, 10), r.randint(2, 5)


batches = Exercise(
    _right_epochs,
    [(torch.arange(0, 240, 10, dtype=torch.uint8).view(6, 2, 2), torch.tensor([3, 1, 4, 1, 5, 9]), 4)],
    _few_digits,
    *slips("batches", {
        "a label must come from where its image comes from.": "labels[index]) -> labels[index.sort()[0]])",
        "that is ToTensor; Normalize then makes -1 to 1 of 0 to 1.": "/ 127.5 - 1 -> / 255",
        "Normalize takes 0.5 away from numbers between 0 and 1, not from bytes.": "/ 127.5 - 1 -> / 0.5 - 1",
        "the digits come in the same order each time: shuffle.": "randperm -> arange",
        "some digits come twice, others never: torch.randperm has each number once.":
            "randperm(len(labels)) -> randint(len(labels), labels.shape)",
        "the network wants a channel: (n, 1, 28, 28).": ".unsqueeze(1) -> ",
        "the digits of the last, smaller batch are lost.":
            "in order.split -> in order[:len(order) // size * size].split",
    }),
    use=_seen,
)  # fmt: skip


def _share(before: float, after: float, times: float) -> float:
    return (before - after) * times / (before * (times - 1))


share = Exercise(
    _share,
    [(100.0, 60.0, 5.0), (10.0, 6.0, 2.0), (100.0, 30.0, 10.0)],
    lambda r: (before := r.decimal(50, 200), round(before * r.choice([0.6, 0.7, 0.8]), 1), r.choice([3.0, 4.0, 10.0])),
    ("the part has not gone: it takes 1 / times of what it took.", lambda b, a, t: 1 - a / b),
    ("what is saved is a share of the time before.", lambda b, a, t: (b - a) / a / (1 - 1 / t)),
    ("those are seconds; divide by the time before.", lambda b, a, t: _share(b, a, t) * b),
    ("that is the share that stayed as it was.", lambda b, a, t: 1 - _share(b, a, t)),
    ("that is the share of the part in the time after.", lambda b, a, t: _share(b, a, t) * b / t / a),
)


def _whole(weight: Tensor, images: Tensor, labels: Tensor, sizes: list[int]) -> Tensor:
    """The gradient p - y of the whole batch at once, as in 04."""
    return ((images @ weight.T).softmax(dim=1) - F.one_hot(labels, len(weight))).T @ images / len(labels)


def _parts(r: Draw) -> tuple[Tensor, Tensor, Tensor, list[int]]:
    sizes = [r.randint(1, 4) for _ in range(r.randint(2, 3))]
    return r.tensor(3, 2), r.tensor(sum(sizes), 2, low=-2, high=2), r.labels(sum(sizes), 3), sizes


_WEIGHT, _FOUR = torch.tensor([[0.0, 0], [1, -1]]), torch.tensor([[1.0, 0], [0, 1], [1, 1], [2, 0]])
in_parts = Exercise(
    _whole,
    [(_WEIGHT, _FOUR, torch.tensor([0, 1, 1, 0]), sizes) for sizes in ([2, 2], [1, 3])],
    _parts,
    *slips("in_parts", {
        "parts may differ in size: one of 3 images counts three times as much as one of 1.":
            " * len(y) ->  | / len(labels) -> / len(sizes)",
        "the means of the parts are added up: the sum is too large.": " * len(y) ->  | / len(labels) -> ",
        "that is the sum over the images: divide by their number.": "/ len(labels) -> ",
        "divide by the number of images, not of machines.": "/ len(labels) -> / len(sizes)",
        "the last part alone has a say: add up.": "total += -> total =",
    }),
)  # fmt: skip


HALF, END = "chunks that somebody has in full at half-time", "who has which chunk in full in the end"


def _round_the_ring(chunk: Callable, machines: int) -> dict | None:
    """Who has what after 2 (machines - 1) rounds: holds[m, c, k] counts machine k's numbers in chunk c of machine m."""
    holds = torch.eye(machines, dtype=torch.int64)[:, None].repeat(1, machines, 1)
    for turn in range(2 * (machines - 1)):
        sent = [(machine, chunk(turn, machine, machines)) for machine in range(machines)]
        if any(number is None for _, number in sent):
            return None
        before = holds.clone()
        for machine, number in sent:
            right, parcel = (machine + 1) % machines, before[machine, int(number)]
            holds[right, int(number)] = parcel + (before[right, int(number)] if turn < machines - 1 else 0)
        if turn == machines - 2:
            half = (holds == 1).all(2).any(0).sum()
    return {HALF: half, END: (holds == 1).all(2)}


chunk = Exercise(
    lambda machines: {HALF: torch.tensor(machines), END: torch.ones(machines, machines, dtype=torch.bool)},
    [(2,), (3,), (4,)],
    lambda r: (r.randint(2, 6),),
    ("send what has just come from your left: the number falls.", lambda turn, machine, n: (machine + turn) % n),
    ("nobody passes on what has come: the chunk must change with the round.", lambda turn, machine, n: machine),
    ("all send the same chunk at once; let each begin with another.", lambda turn, machine, n: turn % n),
    use=_round_the_ring,
)
