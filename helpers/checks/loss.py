"""The exercises of notebook 04."""

from dataclasses import dataclass

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.func import grad
from torch.nn import functional as F

# As many rows as classes, because then a wrong axis still fits.
ROWS = torch.tensor([[2.0, 0, -1], [1, 3, 0.5], [-2, 0, 4]])
LARGE = torch.tensor([[1000.0, 999, -1000], [-1000, -998, -1001]])


def _logits_and_labels(r: Draw) -> tuple[Tensor, Tensor]:
    images, classes = r.randint(1, 4), r.randint(2, 5)
    return r.tensor(images, classes) * r.choice([1, 250]), r.labels(images, classes)


BATCHES = [(torch.zeros(1, 2), torch.tensor([0])), (ROWS, torch.tensor([0, 2, 1])), (LARGE, torch.tensor([1, 1]))]


def _best_answers(labels: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels, minlength=classes) / len(labels)


blind = Exercise(
    _best_answers,
    [(torch.tensor([7, 2, 7, 7]), 10), (torch.tensor([0, 1]), 2)],
    lambda r: (r.labels(r.randint(1, 6), c := r.randint(2, 5)), c),
    ("alike for all is best where all labels are equally common.", lambda y, k: torch.full((k,), 1 / k)),
    (
        "all on the commonest label costs infinity at each of the others.",
        lambda y, k: F.one_hot(torch.bincount(y, minlength=k).argmax(), k).float(),
    ),
    (
        "a label that never comes may have probability 0: what it is given, the others lack.",
        lambda y, k: (torch.bincount(y, minlength=k) + 1) / (len(y) + k),
    ),
    ("probabilities sum to 1: divide by the number of labels.", lambda y, k: torch.bincount(y, minlength=k).float()),
    ("one number for every class: those that never come count, too.", lambda y, k: torch.bincount(y) / len(y)),
)


def _shifted_alike(logits: Tensor) -> Tensor:
    shifted = logits - logits.max()
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


cross_entropy = Exercise(
    F.cross_entropy,
    BATCHES,
    _logits_and_labels,
    ("exp(1000) is inf: subtract the largest first.", lambda x, y: F.nll_loss(x - x.exp().sum(1, True).log(), y)),
    (
        "exp(1000) is inf, and inf / inf is nan: subtract the largest first, and form no probability.",
        lambda x, y: F.nll_loss((x.exp() / x.exp().sum(1, True)).log(), y),
    ),
    ("a probability that has become 0 has no logarithm: form none.", lambda x, y: F.nll_loss(x.softmax(1).log(), y)),
    ("the mean over the images, not the sum.", lambda x, y: F.cross_entropy(x, y, reduction="sum")),
    ("one number for the batch: the mean.", lambda x, y: F.cross_entropy(x, y, reduction="none")),
    (
        "[:, labels] takes whole columns; one entry a row is [rows, labels].",
        lambda x, y: -x.log_softmax(1)[:, y].mean(),
    ),
    ("the label decides, not the largest entry.", lambda x, y: -x.log_softmax(1).amax(1).mean()),
    ("that is along the columns; an image is a row.", lambda x, y: F.nll_loss(x.log_softmax(0), y)),
    ("every row has a largest logit of its own.", lambda x, y: F.nll_loss(_shifted_alike(x), y)),
    ("softmax twice: the logits themselves go into the loss.", lambda x, y: F.cross_entropy(x.softmax(1), y)),
    ("turn the sign: a loss is never negative.", lambda x, y: -F.cross_entropy(x, y)),
)


def _p_minus_y(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.softmax(dim=1) - F.one_hot(labels, logits.shape[1])


loss_gradient = Exercise(
    grad(F.cross_entropy),
    BATCHES,
    _logits_and_labels,
    ("the loss is a mean over the images: divide by their number.", _p_minus_y),
    ("exp(1000) is inf: subtract the largest first.", lambda x, y: _p_minus_y(x, y) / len(x) + 0 * x.exp()),
    ("that is the push, y - p; the slope is the opposite.", lambda x, y: -_p_minus_y(x, y) / len(x)),
    ("1 is taken away at the label alone.", lambda x, y: (x.softmax(1) - 1) / len(x)),
    (
        "that is softmax along the columns; an image is a row.",
        lambda x, y: (x.softmax(0) - F.one_hot(y, x.shape[1])) / len(x),
    ),
    (
        "F.one_hot makes as many classes as it meets, unless it is told their number.",
        lambda x, y: (x.softmax(1) - F.one_hot(y)) / len(x),
    ),
)


def _pushed(logits: Tensor, label: int, steps: int) -> Tensor:
    """Plain gradient descent with learning rate 1, by the gradient that autograd finds."""
    for _ in range(steps):
        logits = logits - grad(F.cross_entropy)(logits, torch.tensor(label))
    return logits


def _push(logits: Tensor, label: int) -> Tensor:
    return F.one_hot(torch.tensor(label), len(logits)) - logits.softmax(dim=0)


def _pull_alone(logits: Tensor, label: int, steps: int) -> Tensor:
    z = logits.clone()
    for _ in range(steps):
        z[label] += 1 - z.softmax(dim=0)[label]
    return z


def _up_the_slope(logits: Tensor, label: int, steps: int) -> Tensor:
    for _ in range(steps):
        logits = logits - _push(logits, label)
    return logits


pushed = Exercise(
    _pushed,
    [(torch.tensor([0.0, 4, 1]), 2, 1), (torch.tensor([-4.0, 8, 3.5]), 0, 3)],
    lambda r: (r.tensor(c := r.randint(2, 5)), r.randrange(c), r.randint(0, 4)),
    ("every push moves all the logits: the others go down.", _pull_alone),
    ("the push changes with the logits: work it out again after each.", lambda z, y, n: z + n * _push(z, y)),
    ("that goes up the slope, away from the label.", _up_the_slope),
)


@dataclass(frozen=True)
class HiddenTemperature:
    """Softmax at a temperature that it does not say: logits (..., classes) to probabilities."""

    temperature: float

    def __call__(self, logits: Tensor) -> Tensor:
        """The probabilities of softmax(logits / T)."""
        return F.softmax(torch.as_tensor(logits).double() / self.temperature, dim=-1)

    def __repr__(self) -> str:
        return "a hidden temperature"


find_temperature = Exercise(
    lambda soft: soft.temperature,
    [(HiddenTemperature(1.0),), (HiddenTemperature(0.5),), (HiddenTemperature(4.0),)],
    lambda r: (HiddenTemperature(r.decimal(0.2, 8)),),
    ("that is 1/T.", lambda soft: 1 / soft.temperature),
    ("log p is not the logit divided by T: only differences count.", lambda soft: 1 / float(soft([1.0, 0]).log()[0])),
    (
        "the ratio of two probabilities is e to the difference: take its logarithm.",
        lambda soft: float((p := soft([1.0, 0]))[0] / p[1]),
    ),
)
