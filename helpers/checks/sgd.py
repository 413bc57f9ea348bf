"""The exercises of notebook 05."""

import torch
from torch import Tensor, optim
from torch.nn import functional as F

from helpers.checks.exercise import Exercise


def _measured_descent(w: float, lr: float, steps: int) -> float:
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    optimizer = optim.SGD([weight], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (weight - 3).square().backward()
        optimizer.step()
    return weight.item()


def _step_along_first_slope(w: float, lr: float, steps: int) -> float:
    return w - steps * lr * 2 * (w - 3)


descend = Exercise(
    solve=_measured_descent,
    cases=((0.0, 0.1, 1), (0.0, 0.1, 4), (5.0, 0.25, 3), (-1.0, 0.9, 2)),
    mistakes=(
        (lambda w, lr, n: 3 + (w - 3) * (1 + 2 * lr) ** n, "that goes uphill: subtract lr times the slope."),
        (lambda w, lr, n: 3 + (w - 3) * (1 - lr) ** n, "the slope of (w - 3)² is 2(w - 3)."),
        (lambda w, lr, n: _measured_descent(w, lr, 1), "that is one step; repeat it."),
        (_step_along_first_slope, "compute the slope anew at each step."),
        (lambda w, lr, n: _measured_descent(w, lr, n + 1), "that is one step too many."),
        (lambda w, lr, n: _measured_descent(w, lr, n - 1), "one step is missing."),
    ),
)  # fmt: skip


def _measured_rate_limit(a: float) -> float:
    """Halve the interval: does one step from w = 4 end nearer to 3 than 1?"""
    low, high = 0.0, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if abs(4 - middle * 2 * a * (4 - 3) - 3) < 1 else (low, middle)
    return low


rate_limit = Exercise(
    solve=_measured_rate_limit,
    cases=((1.0,), (4.0,), (0.05,), (2.5,)),
    mistakes=(
        (lambda a: 2 / a, "the slope is 2a(w - 3), and so the factor 1 - 2·a·lr."),
        (lambda a: 1 / (2 * a), "there the first step hits the minimum; the limit is where the factor is -1."),
        (lambda a: a, "the steeper the curve, the smaller the limit."),
        (lambda a: 1.0, "the limit depends on a."),
        (lambda a: 2 / a**2, "a enters once: the factor is 1 - 2·a·lr."),
    ),
)


def _measured_layer_gradient(x: Tensor, weight: Tensor, d_a: Tensor) -> Tensor:
    leaf = weight.clone().requires_grad_()
    return torch.autograd.grad(F.relu(F.linear(x, leaf)), leaf, d_a)[0]


layer_gradient = Exercise(
    solve=_measured_layer_gradient,
    cases=(
        (torch.tensor([[1.0, 2]]), torch.tensor([[1.0, 1], [-1, 0], [2, 1]]), torch.tensor([[3.0, 4, -5]])),
        (
            torch.tensor([[1.0, 2], [3, -1], [0, 4]]),
            torch.tensor([[1.0, 3], [2, -1], [-1, 1]]),
            torch.tensor([[1.0, -2, 3], [4, 5, -6], [7, 8, 9]]),
        ),
    ),
    mistakes=(
        (lambda x, w, d: d.T @ x, "ReLU comes first: nothing passes where z = x @ W.T is negative."),
        (lambda x, w, d: d.clamp(min=0).T @ x, "z decides what passes ReLU, not the sign of the gradient."),
        (lambda x, w, d: (d * (x @ w.T >= 0)).T @ x, "at exactly 0 torch passes nothing on."),
        (lambda x, w, d: x.T @ (d * (x @ w.T > 0)), "the gradient has the shape of W, (out, in)."),
        (lambda x, w, d: _measured_layer_gradient(x, w, d) / len(x), "the images are summed, not averaged."),
        (lambda x, w, d: _measured_layer_gradient(x[:1], w, d[:1]), "every image of the batch contributes."),
        (lambda x, w, d: (x @ w.T > 0).float().T @ x, "pass on the number that arrives, not 1."),
    ),
)


def _measured_input_gradient(kernel: Tensor, d_output: Tensor) -> Tensor:
    size = (1, 1, *(d + k - 1 for d, k in zip(d_output.shape, kernel.shape, strict=True)))
    return torch.nn.grad.conv2d_input(size, kernel[None, None], d_output[None, None])[0, 0]


def _overwritten(kernel: Tensor, d_output: Tensor) -> Tensor:
    result = torch.zeros_like(_measured_input_gradient(kernel, d_output))
    for row in range(d_output.shape[0]):
        for column in range(d_output.shape[1]):
            result[row : row + kernel.shape[0], column : column + kernel.shape[1]] = kernel * d_output[row, column]
    return result


conv_input_gradient = Exercise(
    solve=_measured_input_gradient,
    cases=(
        (torch.tensor([[1.0, 2], [-1, 3]]), torch.tensor([[2.0]])),
        (torch.tensor([[1.0, 2], [-1, 3]]), torch.tensor([[1.0, -2], [3, 2]])),
        (torch.tensor([[1.0, 0, -1], [2, 5, -2], [1, 3, 0]]), torch.tensor([[1.0, 4, 2], [-3, 0, 1]])),
    ),
    mistakes=(
        (lambda k, d: _measured_input_gradient(k.flip(0, 1), d), "do not turn the kernel here: lay it down as it is."),
        (lambda k, d: _measured_input_gradient(k.T, d), "the kernel's rows and columns are swapped."),
        (_overwritten, "the windows overlap: add (+=) what each brings."),
        (lambda k, d: _measured_input_gradient(torch.ones_like(k), d), "each pixel met one number of the kernel."),
        (lambda k, d: _measured_input_gradient(k, torch.ones_like(d)), "each window counts with its own d_output."),
        (lambda k, d: _measured_input_gradient(k, d)[: d.shape[0], : d.shape[1]],
         "the image is larger than d_output, by the kernel's side minus 1."),
    ),
)  # fmt: skip


def _measured_momentum_step(
    w: float, velocity: float, gradient: float, lr: float, momentum: float
) -> tuple[float, float]:
    weight, buffer = torch.tensor([w, velocity], dtype=torch.float64)
    optimizer = optim.SGD([weight], lr=lr, momentum=momentum)
    optimizer.state[weight]["momentum_buffer"] = buffer
    weight.grad = torch.tensor(gradient, dtype=torch.float64)
    optimizer.step()
    return weight.item(), buffer.item()


def _step_with_old_velocity(w, v, g, lr, m):
    return w - lr * v, m * v + g


momentum_step = Exercise(
    solve=_measured_momentum_step,
    cases=((4.0, 0.0, 1.0, 0.1, 0.5), (3.9, 1.0, 1.0, 0.1, 0.5), (1.0, 2.0, -3.0, 0.5, 0.9)),
    mistakes=(
        (lambda w, v, g, lr, m: (w - lr * (m * v + (1 - m) * g), m * v + (1 - m) * g), "add the whole gradient."),
        (_step_with_old_velocity, "first the velocity, then the step with the new one."),
        (lambda w, v, g, lr, m: (w - lr * g, m * v + g), "the step is lr times the velocity."),
        (lambda w, v, g, lr, m: (m * v + g, w - lr * (m * v + g)), "return the weight first, then the velocity."),
        (lambda w, v, g, lr, m: (w - (m * v + lr * g), m * v + lr * g), "lr belongs to the step only."),
        (lambda w, v, g, lr, m: (w + lr * (m * v + g), m * v + g), "downhill is minus."),
    ),
)  # fmt: skip
