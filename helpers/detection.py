"""Where the trained network is put to other uses: scenes with several digits found by boxes, and pairs compared.

Boxes are float tensors (N, 4) of left, top, right, bottom in pixels, as in `torchvision.ops`
(https://docs.pytorch.org/vision/stable/ops.html).
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import box_iou, nms

from helpers.data import Digits
from helpers.model import SimpleCNN

SIDE, STRIDE = 28, 4  # the window that the classifier reads, and the pixels between two windows
LEAST, OVERLAP = 7.0, 0.1  # the score a window needs, and how much of a better window it may cover (IoU)
Everywhere = Callable[[Tensor], Tensor]  # images (N, 1, H, W) -> logits (N, 10, rows, columns), one for each window


def scene(images: Tensor, count: int, seed: int, height: int = 112, width: int = 160) -> tuple[Tensor, Tensor, Tensor]:
    """A black canvas with `count` of the `images` (N, 1, 28, 28) at random places that do not overlap.

    Returns the canvas (1, height, width) from -1 to 1, the boxes (count, 4), and which images they are (count,).
    Raises ValueError when there is no room for so many digits.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(images), generator=generator)[:count]
    canvas, boxes = torch.full((1, height, width), -1.0), torch.empty(0, 4)
    for image in images[chosen]:
        box = _free_place(boxes, height, width, generator)
        left, top, right, bottom = box.int().tolist()
        canvas[:, top:bottom, left:right] = image
        boxes = torch.cat([boxes, box[None]])
    return canvas, boxes, chosen


def _free_place(boxes: Tensor, height: int, width: int, generator: torch.Generator, tries: int = 1000) -> Tensor:
    for _ in range(tries):
        left = torch.randint(width - SIDE + 1, (), generator=generator)
        top = torch.randint(height - SIDE + 1, (), generator=generator)
        box = torch.stack([left, top, left + SIDE, top + SIDE]).float()
        if not box_iou(box[None], boxes).any():
            return box
    raise ValueError(f"No room for {len(boxes) + 1} digits on {height}×{width} pixels: ask for fewer.")


def windows(rows: int, columns: int) -> Tensor:
    """The boxes (rows * columns, 4) of the windows that a map of logits speaks of, row by row."""
    top, left = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    corner = STRIDE * torch.stack([left, top], dim=-1).reshape(-1, 2)
    return torch.cat([corner, corner + SIDE], dim=1).float()


@torch.no_grad()
def detect(
    everywhere: Everywhere, canvas: Tensor, least: float = LEAST, overlap: float = OVERLAP
) -> tuple[Tensor, ...]:
    """The digits on a canvas (1, H, W): boxes (N, 4), classes (N,), scores (N,), the best first.

    The score of a window is the log-sum-exp of its logits (Liu et al., 2020, https://arxiv.org/abs/2010.03759).
    Windows below `least` are dropped, then those that overlap a better one by more than `overlap` (as IoU).
    """
    logits = everywhere(canvas[None])[0]
    boxes, rows = windows(*logits.shape[1:]), logits.flatten(1).T
    scores = rows.logsumexp(dim=1)
    boxes, rows, scores = boxes[scores > least], rows[scores > least], scores[scores > least]
    kept = nms(boxes, scores, overlap)
    return boxes[kept], rows[kept].argmax(dim=1), scores[kept]


def tally(everywhere: Everywhere, images: Tensor, labels: Tensor, scenes: int, count: int = 5) -> dict[str, int]:
    """How many digits of `scenes` random scenes are found and read rightly; misread; missed; and how many extra boxes.

    A digit is found when a box covers it with an IoU above 0.5; a box that covers none so well is extra.
    """
    total = {"right": 0, "misread": 0, "missed": 0, "extra": 0}
    for seed in range(scenes):
        canvas, boxes, chosen = scene(images, count, seed)
        found, classes, _ = detect(everywhere, canvas)
        iou = torch.cat([box_iou(boxes, found), torch.zeros(count, 1)], dim=1)  # the last column: nothing found
        best, where = iou.max(dim=1)
        hit = best > 0.5
        right = classes[where[hit]] == labels[chosen[hit]]
        total["right"] += int(right.sum())
        total["misread"] += int((~right).sum())
        total["missed"] += int((~hit).sum())
        total["extra"] += int((iou[:, :-1].amax(dim=0) <= 0.5).sum())
    return total


@torch.no_grad()
def features(model: SimpleCNN, images: Tensor) -> Tensor:
    """The 128 numbers of fc1 after ReLU for each image (N, 1, 28, 28), as (N, 128)."""
    x = model.pool(F.relu(model.conv1(images)))
    x = model.pool(F.relu(model.conv2(x)))
    return F.relu(model.fc1(x.flatten(1)))


def train_on(digits: Digits, classes: range, count: int = 8000) -> SimpleCNN:
    """A SimpleCNN trained for one epoch on the first `count` digits of these classes; a few seconds."""
    chosen = torch.isin(digits.labels, torch.tensor(list(classes))).nonzero().flatten()[:count]
    torch.manual_seed(0)
    model = SimpleCNN()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for batch in chosen[torch.randperm(len(chosen))].split(32):
        optimizer.zero_grad()
        F.cross_entropy(model(digits.images[batch]), digits.labels[batch]).backward()
        optimizer.step()
    return model
