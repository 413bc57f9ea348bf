"""The network's operations by hand: what torch.nn.functional computes, in a few lines each.

Convolution and pooling share one idea: `windows` shows every patch that the kernel visits as one tensor, a view that
copies nothing. Then a convolution is one einsum over that view, and a pooling is one reduction.
Names, arguments and results are torch's (https://docs.pytorch.org/docs/stable/nn.functional.html), as far as the
series needs them; autograd differentiates them all. Arguments that do not fit raise a ValueError that says what would.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

Pair = int | tuple[int, int]  # one number for both directions, or (vertical, horizontal)


def windows(input: Tensor, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Tensor:
    """Every patch under a sliding window, in one view: (..., H, W) -> (..., H_out, W_out, kh, kw).

    H_out = (H - dilation * (kh - 1) - 1) // stride + 1, and W_out likewise.
    """
    (kh, kw), (sh, sw), (dh, dw) = _pair(kernel_size), _pair(stride), _pair(dilation)
    *outer, h, w = input.shape
    *outer_steps, down, right = input.stride()  # how far apart neighbours lie in memory
    free_h, free_w = h - dh * (kh - 1) - 1, w - dw * (kw - 1) - 1  # how far the first window can move
    if min(free_h, free_w) < 0:
        raise ValueError(f"kernel {kernel_size} with dilation {dilation} exceeds {h} x {w} pixels: shrink it, or pad")
    # From window to window it is `stride` pixels; inside a window neighbours are `dilation` pixels apart.
    size = (*outer, free_h // sh + 1, free_w // sw + 1, kh, kw)
    return input.as_strided(size, (*outer_steps, sh * down, sw * right, dh * down, dw * right))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation of images with kernels, which deep learning calls convolution.

    input (..., C_in, H, W), weight (C_out, C_in / groups, kh, kw), bias (C_out,) -> (..., C_out, H_out, W_out)
    """
    c_out, c_in, kh, kw = weight.shape
    if input.shape[-3:-2] != (c_in * groups,):
        raise ValueError(f"input {[*input.shape]} must have {c_in * groups} channels for weight {[*weight.shape]}")
    if bias is not None and bias.shape != (c_out,):
        raise ValueError(f"bias {[*bias.shape]} must be [{c_out}], one number for each output channel")
    patches = windows(_frame(input, padding), (kh, kw), stride, dilation).unflatten(-5, (groups, -1))
    kernels = weight.unflatten(0, (groups, -1))  # group g of them reads only group g of the input channels
    output = torch.einsum("...gchwij,gocij->...gohw", patches, kernels).flatten(-4, -3)
    return output if bias is None else output + bias[:, None, None]


def max_pool2d(input: Tensor, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Tensor:
    """The largest number in each window, (..., H, W) -> (..., H_out, W_out); stride None means kernel_size."""
    framed = _frame(input, padding, -torch.inf)  # a frame that never wins
    return windows(framed, kernel_size, stride or kernel_size).flatten(-2).max(-1).values


def avg_pool2d(input: Tensor, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Tensor:
    """The mean of each window, zeros of the padding included; shapes and stride as in max_pool2d."""
    return windows(_frame(input, padding), kernel_size, stride or kernel_size).mean((-2, -1))


def relu(input: Tensor) -> Tensor:
    """Negative numbers become 0, in any shape."""
    return torch.where(input <= 0, 0, input)  # asks "<= 0", not "> 0", so that NaN stays NaN


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Every output is a weighted sum of all inputs: (..., in), weight (out, in), bias (out,) -> (..., out)."""
    if input.shape[-1:] != weight.shape[1:]:
        raise ValueError(f"input {[*input.shape]} must end in {weight.shape[1]} numbers: flatten or crop it first")
    return input @ weight.T if bias is None else input @ weight.T + bias


def softmax(input: Tensor, dim: int) -> Tensor:
    """Probabilities along `dim`, positive and summing to 1, in any shape."""
    powers = (input - input.amax(dim, keepdim=True)).exp()  # of numbers up to 0, so that nothing overflows
    return powers / powers.sum(dim, keepdim=True)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """The logarithm of softmax, without a probability on the way that could round to 0; in any shape."""
    shifted = input - input.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def nll_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Minus the log-probability of the right class: input (N, C, ...), target int64 (N, ...) -> scalar or (N, ...)."""
    if target.shape != input[:, 0].shape:
        raise ValueError(f"target {[*target.shape]} must be {[*input[:, 0].shape]}, one class for each prediction")
    if ((target < 0) | (target >= input.shape[1])).any():
        raise ValueError(f"classes from {target.min()} to {target.max()} must lie between 0 and {input.shape[1] - 1}")
    loss = -input.gather(1, target.unsqueeze(1)).squeeze(1)
    return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[reduction]


def cross_entropy(input: Tensor, target: Tensor, *, reduction: str = "mean", label_smoothing: float = 0.0) -> Tensor:
    """The loss of a classifier from its logits: nll_loss of log_softmax, with shapes and reduction as there."""
    log_p = log_softmax(input, 1)
    if label_smoothing > 0:  # this share of the target goes to all classes evenly
        log_p = (1 - label_smoothing) * log_p + label_smoothing * log_p.mean(1, keepdim=True)
    return nll_loss(log_p, target, reduction=reduction)


def _pair(value: Pair, least: int = 1) -> tuple[int, int]:
    """The value as (vertical, horizontal)."""
    pair = (value, value) if isinstance(value, int) else value
    if min(pair) < least:
        raise ValueError(f"{value} is too small for a kernel size, stride, padding or dilation: give at least {least}")
    return pair


def _frame(input: Tensor, padding: Pair, value: float = 0.0) -> Tensor:
    """The input inside a frame, `padding` pixels wide, of this value."""
    ph, pw = _pair(padding, least=0)
    return pad(input, (pw, pw, ph, ph), value=value)
