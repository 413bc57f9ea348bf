"""Wrong answers to the exercises, and things that are no answer at all."""

import math
from collections.abc import Callable

import numpy as np
import torch
from right_answers import (
    AdamAsInThePaper,
    ByAge,
    DropoutByWhere,
    Remembering,
    SGDInPlace,
    SGDOverState,
    StopByWaiting,
)
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


def fit_in_order(*lines):
    def fit(model, loader, lr, epochs):
        optimizer, means = torch.optim.SGD(model.train().parameters(), lr), []
        do = {"zero": optimizer.zero_grad, "step": optimizer.step, "backward": lambda: loss.backward()}
        for _ in range(epochs):
            losses = []
            for x, y in loader:
                for line in lines:
                    if line == "loss":
                        losses += (each := F.cross_entropy(model(x), y, reduction="none")).tolist()
                        loss = each.mean()
                    else:
                        do[line]()
            means.append(np.mean(losses))
        return means

    return fit


def fit_with_graphs(model, loader, lr, epochs):
    optimizer, totals = torch.optim.SGD(model.train().parameters(), lr), [0] * epochs
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            totals[epoch] += loss * len(x)
    return [total / len(loader.dataset) for total in totals]


def accuracy_that_wakes_the_model_alone(model, loader):
    before = model.training
    with torch.no_grad():
        right = sum((model.eval()(x).argmax(1) == y).sum().item() for x, y in loader)
    model.training = before
    return right / len(loader.dataset)


def pool_gradient_of_two_windows(image, gradient):
    result = torch.zeros_like(image)
    for row in range(min(2, len(gradient))):
        for column in range(min(2, gradient.shape[1])):
            place = slice(2 * row, 2 * row + 2), slice(2 * column, 2 * column + 2)
            result[place] = (image[place] == image[place].max()) * gradient[row, column]
    return result


def pooled_from(start):
    return lambda x, k, stride: F.max_pool2d(x[None], k, stride)[0].clamp(min=start)


class HandsBackAtOnce(Remembering):
    def backward(self):
        self.grad, met = 1.0, [self]
        for value in met:
            value.hand_back()
            for parent in value.parents:
                met += [] if parent in met else [parent]


class AlongEveryWay(Remembering):
    def backward(self, arriving=1.0):
        self.grad += arriving
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.backward(slope * arriving)


class Overwrites(ByAge):
    def hand_back(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = slope * self.grad


class WithoutItsOwnGrad(ByAge):
    def hand_back(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope


class WithoutABeginning(Remembering):
    def backward(self):
        self.hand_back()


class WithoutBackward(Remembering):
    def backward(self): ...


class ExpIsNoPower(ByAge):
    def exp(self):
        return type(self)(math.exp(self.data), (self,), (self.data,))


def dense_with(
    mask=lambda z, d_a: d_a * (z > 0), bias=lambda d: d.sum(0), of_W1=lambda d_z, d_a: d_z, outer=lambda d, x: d.T @ x
):
    def dense_half(x, W1, b1, W2, b2, labels):
        z = x @ W1.T + b1
        a = F.relu(z)
        pushes = ((a @ W2.T + b2).softmax(1) - F.one_hot(labels, len(b2))) / len(x)
        d_a = pushes @ W2
        d_z = mask(z, d_a)
        return {
            "d_a": d_a, "d_z": d_z, "d_x": d_z @ W1, "d_W1": outer(of_W1(d_z, d_a), x), "d_b1": bias(d_z),
            "d_W2": outer(pushes, a), "d_b2": bias(pushes),
        }

    return dense_half


def spread(d_p):
    return d_p.repeat_interleave(2, 2).repeat_interleave(2, 3)


def block_with(
    unpool=None, mask=lambda z: z > 0, bias=lambda d: d.sum((0, 2, 3)), turned=lambda K: K.flip(2, 3).transpose(0, 1)
):
    def block_backward(x, K, b, d_p):
        z = F.conv2d(x, K, b, padding=1)
        _, winners = F.max_pool2d(F.relu(z), 2, return_indices=True)
        d_z = (unpool(d_p) if unpool else F.max_unpool2d(d_p, winners, 2)) * mask(z)
        d_K = torch.nn.grad.conv2d_weight(x, K.shape, d_z, padding=1)
        return {"d_z": d_z, "d_x": F.conv2d(d_z, turned(K), padding=1), "d_K": d_K, "d_b": bias(d_z)}

    return block_backward


def block_as_far_as_d_a(x, K, b, d_p):
    return {"d_a": spread(d_p), "d_z": None, "d_x": None, "d_K": None, "d_b": None}


def block_without_d_z(x, K, b, d_p):
    d_a = spread(d_p)
    d_z = None
    return {"d_a": d_a, "d_z": d_z, "d_b": d_z.sum((0, 2, 3))}


# What the first checks called correct.
class ResetsTheVelocity(SGDInPlace):
    def zero_grad(self):
        super().zero_grad()
        self.velocity = {}


class ReadOnce(SGDInPlace):
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum, self.velocity = params, lr, momentum, {}


class MovesAway(SGDInPlace):
    """Each step puts another tensor in place of the weight's numbers."""

    def step(self):
        for p in self.params:
            self.velocity[p] = self.momentum * self.velocity.get(p, 0) + p.grad
            p.data = p.data - self.lr * self.velocity[p]


class RateInTheVelocity(MovesAway):
    """As the first papers wrote it: right as long as the rate stays."""

    def step(self):
        for p in self.params:
            self.velocity[p] = self.momentum * self.velocity.get(p, 0) - self.lr * p.grad
            p.data += self.velocity[p]


class AgainstTheVelocity(MovesAway):
    def step(self):
        for p in self.params:
            self.velocity[p] = p.grad - self.momentum * self.velocity.get(p, 0)
            p.data -= self.lr * self.velocity[p]


class UpTheSlope(MovesAway):
    def step(self):
        for p in self.params:
            self.velocity[p] = self.momentum * self.velocity.get(p, 0) - p.grad
            p.data -= self.lr * self.velocity[p]


class WithTheRateOfOld(SGDOverState):
    def __init__(self, params, lr, momentum):
        super().__init__(params, lr, momentum)
        self.rate = lr

    def step(self):
        self.lr = self.rate
        super().step()


class NeverClears(SGDInPlace):
    def zero_grad(self):
        pass


class WithoutCorrection(AdamAsInThePaper):
    def change(self, past, steps):
        return super().change(past, 10**6)


class DropoutPassingAll(DropoutByWhere):
    def backward(self, gradient):
        return gradient


class StopWithoutCopy(StopByWaiting):
    def __call__(self, loss, weights):
        ends = super().__call__(loss, weights)
        if not self.waited:
            self.weights = weights
        return ends


SLIPPED_THROUGH = [
    ("dice", lambda p, t: dice(p, t, not p.any())),
    ("dice", lambda p, t: dice(p, t, not t.any())),
    ("iou", iou_clamped_in_width_alone),
    ("conv_input_gradient", input_gradient_with_one_side),
    ("output_size", lambda n, k, s, p, d: (n + 2 * p - (k + 2 * (d - 1))) // s + 1),
    ("accuracy_of", lambda x, y: (x.softmax(0).argmax(1) == y).float().mean()),
    *[("max_pool", pooled_from(start)) for start in (0, -10, -100)],
    ("max_pool_gradient", pool_gradient_of_two_windows),
    ("larger", lambda a, b: F.relu(a - b) + b.abs()),
    ("bump", lambda x, m, w: F.relu(1 - (x - m) ** 2 / w**2)),
]

# What the hint on a wrong answer must contain; with "" there must be none, for every known hint would mislead.
HINTS = [
    ("accuracy", accuracy_that_wakes_the_model_alone, "its layers, too"),
    ("fit", fit_in_order("zero", "loss", "step", "backward"), "the weights never move"),
    ("fit", fit_in_order("loss", "backward", "zero", "step"), "the weights never move"),
    ("fit", fit_in_order("loss", "step", "zero", "backward"), "uses the gradients of the batch before"),
    ("fit", fit_in_order("loss", "backward", "step"), "zero_grad is missing"),
    ("iou", iou_clamped_in_width_alone, "yours acts as if `max(height, 0.0)` were `height`"),
    ("output_size", lambda n, k, s, p, d: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1, "`(…) // s` were `ceil("),
    ("output_size", lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) // s + 1, "`… d * (k - 1) - 1` were"),
    ("SGD", ResetsTheVelocity, "the velocity must outlive the step"),
    ("SGD", ReadOnce, "keep list(params)"),
    ("SGD", MovesAway, "p.data became a new tensor"),
    ("SGD", RateInTheVelocity, "keep lr out of the velocity"),
    ("SGD", AgainstTheVelocity, "not of its opposite"),
    ("SGD", UpTheSlope, "that goes up the slope"),
    ("SGD", WithTheRateOfOld, "read self.lr in each step"),
    ("SGD", NeverClears, "does zero_grad clear them?"),
    ("Adam", WithoutCorrection, "the two means begin at 0"),
    ("Value", HandsBackAtOnce, "first list all, parents before children"),
    ("Value", Overwrites, "reports must add up"),
    ("Value", WithoutItsOwnGrad, "slope times the value's own grad"),
    ("Value", WithoutABeginning, "whose grad is 1"),
    ("dense_half", dense_with(mask=lambda z, d_a: d_a), "where its input z was not positive"),
    ("dense_half", dense_with(mask=lambda z, d_a: F.relu(d_a)), "not of what arrives"),
    ("dense_half", dense_with(bias=lambda d: d.mean(0)), "its gradients add up"),
    ("dense_half", dense_with(bias=lambda d: d.sum()), "axis 0"),
    ("dense_half", dense_with(of_W1=lambda d_z, d_a: d_a), "`d_z.T` were `d_a.T`"),
    ("block_backward", block_with(turned=lambda K: K.transpose(0, 1)), "turned round"),
    ("block_backward", block_with(turned=lambda K: K.flip(2, 3)), "first two axes change places"),
    ("block_backward", block_with(unpool=spread), "nothing to the other three"),
    ("block_backward", block_with(unpool=lambda d_p: spread(d_p) / 4), "does not share"),
    ("block_backward", block_with(mask=lambda z: 1), "where its input z was not positive"),
    ("block_backward", block_with(bias=lambda d: d.sum((2, 3))), "by every image, too"),
    ("Dropout", DropoutPassingAll, "the same places pass"),
    ("BatchNorm", lambda c: torch.nn.BatchNorm2d(c, affine=False, momentum=0.9), "nine tenths of the old"),
    ("BatchNorm", lambda channels: torch.nn.BatchNorm2d(channels, track_running_stats=False), "in eval()"),
    ("EarlyStopping", StopWithoutCopy, "keep a copy of each"),
    ("gain", lambda a, b: (np.mean(b) - np.mean(a), np.std(np.subtract(b, a), ddof=1)), "the spread of the diff"),
    ("bump", lambda x, m, w: F.relu((x - m) / w + 1) - F.relu((x - m) / w), "it rises and stays up"),
    ("features_for", lambda side, padding: 5, "yours returns the same for every input."),
]

# What the verdict on a wrong answer must name, without any hint.
NAMED = [
    ("batches", lambda pixels, labels, size: [(pixels[:, None] / 127.5 - 1, labels)], "the sizes of the batches"),
    ("batches", lambda pixels, labels, size: [(pixels[:, None].float(), labels)] * 2, "the sizes of the batches"),
    ("in_parts", lambda weight, images, labels, sizes: weight, "values differ"),
    ("chunk", lambda turn, machine, machines: 0, "chunks that somebody has in full at half-time: "),
    ("chunk", lambda turn, machine, machines: (machine - min(turn, 1)) % machines, "in full in the end"),
    ("chunk", lambda turn, machine, machines: machine + 1, "raises IndexError"),
    ("Value", AlongEveryWay, "it hands back along every way"),
    ("Value", WithoutBackward, "backward is missing"),
    ("Value", ExpIsNoPower, "the slope of exp: 1.49182 is expected, found 0.4"),
    ("SGD", MovesAway, "a view of weight after step 1: 1 of 1 values differ"),
    ("SGD", ReadOnce, "weight after step 1: 1 of 1 values differ; at index (0,) 3.9 is expected, found 4.0"),
    ("Adam", WithoutCorrection, "weight after step 1: 1 of 1 values differ; at index (0,) 3.9 is expected, found 3.68"),
    ("dense_half", dense_with(outer=lambda d, x: x.T @ d), "d_W2: the shape (2, 1) is expected, found (1, 2)"),
    ("dense_half", dense_with(bias=lambda d: d), "d_b2: the shape (2,) is expected, found (1, 2)"),
    ("dense_half", lambda *case: {**dense_with()(*case), "d_b1": None}, "d_b1 is missing"),
    ("block_backward", lambda *case: {**block_with()(*case), "d_K": None}, "d_K is missing"),
    ("block_backward", block_as_far_as_d_a, "d_z is missing"),
    ("fit", fit_with_graphs, "add up loss.item()"),
    ("block_backward", block_without_d_z, "AttributeError: d_z is still None, in line"),
    ("block_backward", block_with(bias=lambda d: d.sum(0)), "d_b: the shape (1,) is expected"),
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
