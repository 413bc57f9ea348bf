"""The exercises of notebook 07."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slips

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


class Noted(nn.Flatten):
    """Flatten, which counts how often autograd recorded it."""

    recorded = 0

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 1, 2, 2) as rows (N, 4)."""
        self.recorded += torch.is_grad_enabled()
        return super().forward(x)


@cache
def _template() -> Any:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        return nn.Sequential(Noted(), nn.BatchNorm1d(4, affine=False, momentum=0.5), nn.Linear(4, 3))


def _fresh(training: bool, size: int, images: Tensor, labels: Tensor) -> tuple[Any, DataLoader]:
    """The network, the same at each call, and a loader that gives it the images in their order."""
    loader = DataLoader(TensorDataset(images, labels), size, generator=torch.Generator())
    return copy.deepcopy(_template()).train(training), loader


def _examples(r: Draw) -> tuple[int, Tensor, Tensor]:
    """A batch size, and some images and labels; the last batch may be smaller, but holds two at least."""
    size = r.randint(2, 4)
    count = r.choice([n for n in range(3, 8) if n % size != 1])
    return size, r.tensor(count, 1, 2, 2), r.labels(count, 3)


def _trained(model: Any, means: object) -> dict:
    if isinstance(means, list | tuple):
        if any(isinstance(mean, Tensor) and mean.requires_grad for mean in means):
            raise ValueError("the losses keep the graph of every batch; add up loss.item(), a plain number")
        means = torch.tensor([float(mean) for mean in means])
    return {
        "the weights": model[2].weight.detach(),
        "the biases": model[2].bias.detach(),
        "the mean that batch normalisation keeps in training": model[1].running_mean,
        "the list of mean losses": means,
    }


def _use_fit(fit: Callable, lr: float, epochs: int, *examples: Any) -> dict | None:
    model, loader = _fresh(False, *examples)
    means = fit(model, loader, lr, epochs)
    idle = means is None and torch.equal(model[2].weight, _template()[2].weight)
    return None if idle else _trained(model, means)


def _fitted(lr: float, epochs: int, size: int, images: Tensor, labels: Tensor) -> dict:
    model, _ = _fresh(True, size, images, labels)
    weights, means = list(model.parameters()), []
    for _ in range(epochs):
        losses: list[Tensor] = []
        for x, y in zip(images.split(size), labels.split(size), strict=True):
            losses.append(F.cross_entropy(model(x), y, reduction="none"))
            for weight, slope in zip(weights, torch.autograd.grad(losses[-1].mean(), weights), strict=True):
                weight.data -= lr * slope
        means.append(torch.cat(losses).mean().item())
    return _trained(model, means)


_THREE = torch.tensor([[1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 0.0, 2.0], [0.0, 2.0, 1.0, 1.0], [2.0, 0.0, 3.0, 1.0]])
_EXAMPLES = (2, _THREE.reshape(4, 1, 2, 2), torch.tensor([0, 1, 2, 1]))

fit = Exercise(
    _fitted,
    [(0.5, 1, *_EXAMPLES), (0.5, 2, *_EXAMPLES)],
    lambda r: (r.choice([0.1, 0.5, 1.0]), r.choice([1, 1, 2]), *_examples(r)),
    *slips("fit", {
        "gradients add up over the batches: zero_grad is missing.": "optimizer.zero_grad() -> pass",
        "gradients add up over the batches of an epoch: zero_grad belongs inside the loop over them.":
            "for images, labels in loader:\n            optimizer.zero_grad() -> "
            "optimizer.zero_grad()\n        for images, labels in loader:",
        "the sum of losses goes on from epoch to epoch: begin each with 0.":
            "        total = 0.0 ->  | means = [] -> means, total = [], 0.0",
        "it returns after the first epoch: return stands too far to the right.": "\n    return -> \n        return",
        "cross-entropy has a softmax of its own; it wants the logits.": "model(images) -> model(images).softmax(dim=1)",
        "the weights never move: is there a step(), after backward(), and nothing cleared between them?":
            "optimizer.step() -> pass",
        "step() comes before backward(), and uses the gradients of the batch before.":
            "optimizer.step() -> pass | optimizer.zero_grad() -> pass | "
            "loss.backward() -> optimizer.step(); optimizer.zero_grad(); loss.backward()",
        "the model may come in eval mode: call model.train() first.": "model.train() -> pass",
        "that is the mean of batch means: weigh each loss by its number of images.":
            " * len(images) ->  | loader.dataset -> loader",
        "the last batch may be smaller: weigh each loss by len(images).": "len(images) -> loader.batch_size",
    }),
    use=_use_fit,
)  # fmt: skip


def _tested(share: object, model: Any) -> dict:
    return {
        "the share": share,
        "the mean that batch normalisation keeps (it must not learn here)": model[1].running_mean,
        "forward passes that autograd recorded": model[0].recorded,
        "layers in training mode afterwards": sum(layer.training for layer in model.modules()),
    }


def _use_accuracy(accuracy: Callable, training: bool, *examples: Any) -> dict | None:
    model, loader = _fresh(training, *examples)
    share = accuracy(model, loader)
    return None if share is None else _tested(share, model)


def _share(training: bool, size: int, images: Tensor, labels: Tensor) -> dict:
    model, _ = _fresh(training, size, images, labels)
    rows = images.flatten(1) / (1 + model[1].eps) ** 0.5  # fresh: its mean is 0, its variance 1
    return _tested(((model[2](rows).argmax(dim=1) == labels).sum() / len(labels)).item(), model)


accuracy = Exercise(
    _share,
    [(True, *_EXAMPLES), (False, *_EXAMPLES)],
    lambda r: (r.choice([True, False]), *_examples(r)),
    *slips("accuracy", {
        "batch normalisation works as in training, and even learns: model.eval() is missing.": "model.eval() -> pass",
        "autograd records every forward pass: torch.no_grad() is missing.": "no_grad -> enable_grad",
        "both eval() and no_grad() are missing.": "model.eval() -> pass | no_grad -> enable_grad",
        "that is the mean over batches, and the last may be smaller: count.":
            ".sum() -> .float().mean() | loader.dataset -> loader",
        "a model that came in training mode must go back in training mode.": "model.train(before) -> pass",
        "a model that came in eval mode must stay in it: remember model.training.": "(before) -> ()",
        "model.training = … sets the model alone; model.train(…) its layers, too.":
            "model.train(before) -> model.training = before",
    }),
    use=_use_accuracy,
)  # fmt: skip

FAULTS = "CDEFAGB"  # of mysteries 1 to 7, by the letters of the exercise
SYMPTOMS = (
    "gradients", "outputs", "first loss", "changed rows", "update / weight", "images and labels", "update / weight",
)  # fmt: skip


def _named(fault: Callable, number: int) -> object:
    found = fault(number)
    if not isinstance(found, str):
        return found
    right = found.upper() == FAULTS[number - 1]
    return "the right letter" if right else f"a wrong letter; look again at its {SYMPTOMS[number - 1]}"


fault = Exercise(
    lambda number: "the right letter", [(n,) for n in range(1, 8)], lambda r: (r.randint(1, 7),), use=_named
)


def _scored(matrix: Tensor, digit: int) -> tuple[float, float, float]:
    hits, answered, labelled = (x.item() for x in (matrix[digit, digit], matrix.sum(0)[digit], matrix.sum(1)[digit]))
    return hits / answered, hits / labelled, 2 * hits / (answered + labelled)


def _matrix(r: Draw) -> tuple[Tensor, int]:
    size = r.randint(2, 4)
    return torch.tensor([[r.randint(i == j, 9) for j in range(size)] for i in range(size)]), r.randrange(size)


scores = Exercise(
    _scored,
    [(torch.tensor([[8, 2], [1, 9]]), 0), (torch.tensor([[8, 2], [1, 9]]), 1), (torch.tensor([[1, 4], [0, 5]]), 0)],
    _matrix,
    (
        "a row holds one label, a column one answer: precision is about the column.",
        lambda matrix, digit: _scored(matrix.T, digit),
    ),
    ("F1 is the harmonic mean, 2·P·R / (P + R).", lambda *case: (*(pr := _scored(*case)[:2]), sum(pr) / 2)),
)
