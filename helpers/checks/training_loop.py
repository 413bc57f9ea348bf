"""The exercises of notebook 07."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


class Noted(nn.Module):
    """Passes numbers on, and counts how often autograd recorded that."""

    recorded = 0

    def forward(self, x: Tensor) -> Tensor:
        """The same numbers."""
        self.recorded += torch.is_grad_enabled()
        return x


@cache
def _template() -> nn.Sequential:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        return nn.Sequential(Noted(), nn.BatchNorm2d(1, momentum=0.5), nn.Flatten(), nn.Linear(4, 3))


def _fresh(training: bool) -> tuple[Any, Any, nn.Sequential]:
    """A tiny network in the given mode, after its batch normalisation and its linear layer."""
    model = copy.deepcopy(_template()).train(training)
    return model[1], model[3], model


def _loader(size: int, images: Tensor, labels: Tensor) -> DataLoader:
    return DataLoader(TensorDataset(images, labels), size, generator=torch.Generator())


def _examples(r: Draw) -> tuple[int, Tensor, Tensor]:
    """A batch size, and some images and labels, of which the last batch may be smaller."""
    count = r.randint(3, 7)
    return r.randint(2, 4), r.tensor(count, 1, 2, 2), r.labels(count, 3)


def _as_tensor(value: object) -> object:
    return torch.tensor([float(one) for one in value]) if isinstance(value, list | tuple) else value


def _parameters(norm: Any, linear: Any, losses: object) -> dict:
    return {
        "the weights": linear.weight.detach(),
        "the biases": linear.bias.detach(),
        "the mean that batch normalisation keeps (training mode)": norm.running_mean,
        "the list of mean losses": losses,
    }


def _use_fit(fit: Callable, size: int, lr: float, epochs: int, images: Tensor, labels: Tensor) -> dict | None:
    norm, linear, model = _fresh(training=False)
    before = linear.weight.detach().clone()
    returned = fit(model, _loader(size, images, labels), lr, epochs)
    if returned is None and torch.equal(linear.weight, before):
        return None
    return _parameters(norm, linear, _as_tensor(returned))


def _fitted(size: int, lr: float, epochs: int, images: Tensor, labels: Tensor) -> dict:
    norm, linear, model = _fresh(training=True)
    weights, means = list(model.parameters()), []
    for _ in range(epochs):
        losses = []
        for x, y in zip(images.split(size), labels.split(size), strict=True):
            loss = F.cross_entropy(model(x), y, reduction="none")
            for weight, slope in zip(weights, torch.autograd.grad(loss.mean(), weights), strict=True):
                weight.data -= lr * slope
            losses.append(loss.detach())
        means.append(torch.cat(losses).mean())
    return _parameters(norm, linear, torch.stack(means))


def _wrong_fit(order: str = "zero loss back step", mode: bool = True, by_image: bool = True) -> Callable:
    """A loop whose lines stand in this order; "zero" may be left out."""

    def fit(model: nn.Module, loader: DataLoader, lr: float, epochs: int) -> list[float]:
        model.train(mode)
        optimizer, means = torch.optim.SGD(model.parameters(), lr), []
        for _ in range(epochs):
            losses, sizes = [], []
            for x, y in loader:
                for line in order.split():
                    if line == "zero":
                        optimizer.zero_grad()
                    elif line == "loss":
                        loss = F.cross_entropy(model(x), y)
                    elif line == "back":
                        loss.backward()
                    else:
                        optimizer.step()
                losses.append(loss.item())
                sizes.append(len(x) if by_image else 1)
            means.append(sum(a * b for a, b in zip(losses, sizes, strict=True)) / sum(sizes))
        return means

    return fit


def _drawn_fit(r: Draw) -> tuple:
    size, images, labels = _examples(r)
    return size, r.choice([0.1, 0.5, 1.0]), r.randint(1, 2), images, labels


_PAIR = torch.tensor([[1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 0.0, 2.0], [0.0, 2.0, 1.0, 1.0]]).reshape(3, 1, 2, 2)
_LABELS = torch.tensor([0, 1, 2])

fit = Exercise(
    _fitted,
    [(2, 0.5, 1, _PAIR, _LABELS), (2, 0.5, 2, _PAIR, _LABELS), (3, 1.0, 2, _PAIR, _LABELS)],
    _drawn_fit,
    ("gradients add up over the batches: zero_grad is missing.", _wrong_fit("loss back step")),
    ("the step finds no gradients: they are cleared just before it.", _wrong_fit("loss back zero step")),
    ("step comes before backward, and uses the gradients of the batch before.", _wrong_fit("loss step zero back")),
    ("the model may come in eval mode: call model.train() first.", _wrong_fit(mode=False)),
    ("that is the mean of batch means: weigh each loss by its number of images.", _wrong_fit(by_image=False)),
    ("there is no step.", _wrong_fit("zero loss back")),
    use=_use_fit,
)  # fmt: skip


def _tested(share: object, norm: Any, model: Any) -> dict:
    return {
        "the share": share,
        "the mean that batch normalisation keeps (it must not learn here)": norm.running_mean,
        "forward passes that autograd recorded": model[0].recorded,
        "training mode afterwards (1 is yes)": int(model.training),
    }


def _use_accuracy(accuracy: Callable, size: int, training: bool, images: Tensor, labels: Tensor) -> dict | None:
    norm, _, model = _fresh(training)
    share = accuracy(model, _loader(size, images, labels))
    return None if share is None else _tested(share, norm, model)


def _share(size: int, training: bool, images: Tensor, labels: Tensor) -> dict:
    norm, linear, model = _fresh(training)
    scaled = images.flatten(1) / (1 + norm.eps) ** 0.5  # fresh: its mean is 0, its variance 1
    right = (scaled @ linear.weight.T + linear.bias).argmax(dim=1) == labels
    return _tested(right.sum().item() / len(labels), norm, model)


def _wrong_accuracy(
    mode: str = "eval", recorded: bool = False, by_image: bool = True, afterwards: str = "as before"
) -> Callable:
    def accuracy(model: nn.Module, loader: DataLoader) -> float:
        before = model.training
        model.train(mode == "train" or mode == "as before" and before)
        shares, sizes = [], []
        with torch.set_grad_enabled(recorded):
            for x, y in loader:
                shares.append((model(x).argmax(dim=1) == y).float().mean().item())
                sizes.append(len(x) if by_image else 1)
        model.train(before if afterwards == "as before" else afterwards == "train")
        return sum(a * b for a, b in zip(shares, sizes, strict=True)) / sum(sizes)

    return accuracy


accuracy = Exercise(
    _share,
    [(2, True, _PAIR, _LABELS), (2, False, _PAIR, _LABELS), (3, True, _PAIR, _LABELS)],
    lambda r: (lambda size, images, labels: (size, r.choice([True, False]), images, labels))(*_examples(r)),
    ("batch normalisation works as in training, and even learns: model.eval() is missing.", _wrong_accuracy("as before")),
    ("autograd records every forward pass: torch.no_grad() is missing.", _wrong_accuracy(recorded=True)),
    ("both eval() and no_grad() are missing.", _wrong_accuracy("as before", recorded=True)),
    ("that is the mean over batches, and the last may be smaller: count.", _wrong_accuracy(by_image=False)),
    ("a model that came in training mode must go back in training mode.", _wrong_accuracy(afterwards="eval")),
    ("a model that came in eval mode must stay in it: remember model.training.", _wrong_accuracy(afterwards="train")),
    use=_use_accuracy,
)  # fmt: skip

FAULTS = "CDEFAGB"  # of mysteries 1 to 7, by the letters of the exercise


def _named(fault: Callable, number: int) -> object:
    found = fault(number)
    return "its fault" if found == FAULTS[number - 1] else "another fault" if isinstance(found, str) else found


fault = Exercise(lambda number: "its fault", [(n,) for n in range(1, 8)], lambda r: (r.randint(1, 7),), use=_named)


def _scored(matrix: Tensor, digit: int) -> tuple[float, float, float]:
    hits, answered, labelled = (x.double() for x in (matrix[digit, digit], matrix.sum(0)[digit], matrix.sum(1)[digit]))
    return (hits / answered).item(), (hits / labelled).item(), (2 * hits / (answered + labelled)).item()


def _matrix(r: Draw) -> tuple[Tensor, int]:
    size = r.randint(2, 4)
    return torch.tensor([[r.randint(i == j, 9) for j in range(size)] for i in range(size)]), r.randrange(size)


def _of_means(matrix: Tensor, digit: int) -> tuple[float, float, float]:
    precision, recall, _ = _scored(matrix, digit)
    return precision, recall, (precision + recall) / 2


def _exchanged(matrix: Tensor, digit: int) -> tuple[float, float, float]:
    precision, recall, f1 = _scored(matrix, digit)
    return recall, precision, f1


scores = Exercise(
    _scored,
    [(torch.tensor([[8, 2], [1, 9]]), 0), (torch.tensor([[8, 2], [1, 9]]), 1), (torch.tensor([[1, 4], [0, 5]]), 0)],
    _matrix,
    ("a row holds one label, a column one answer: precision is about the column.", _exchanged),
    ("F1 is the harmonic mean, 2·P·R / (P + R).", _of_means),
)

speed_up = Exercise(
    lambda share, factor: 100.0 / (100.0 * (1 - share) + 100.0 * share / factor),
    [(0.25, 1000), (0.25, 2), (0.0, 10), (1.0, 3)],
    lambda r: (r.decimal(0, 1), r.choice([r.randint(1, 30), r.decimal(1, 9)])),
    ("add times, not speeds: what is left of the time?", lambda share, factor: share * factor + 1 - share),
    ("the share is what becomes faster.", lambda share, factor: 1 / (share + (1 - share) / factor)),
)
