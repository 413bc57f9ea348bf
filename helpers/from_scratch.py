"""The network's operations built by hand: what torch.nn.functional computes, in a few lines each.

Convolution and pooling share one idea: `windows` shows every patch that the kernel visits as one tensor, a
view that copies nothing. Then a convolution is one einsum over that view, and a pooling is one reduction.

Names, arguments, defaults and results are those of torch.nn.functional, and autograd differentiates them all.
Left out are torch's deprecated arguments (`size_average`, `reduce`, `_stacklevel`) and `inplace`; what stands
behind those in torch is passed by keyword here. Bad arguments raise a ValueError that says what to change, even
in the few cases where torch computes something meaningless (tests/test_from_scratch.py lists them).
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

from helpers.refusals import (
    check_conv2d,
    check_cross_entropy,
    check_image,
    check_linear,
    check_nll_loss,
    check_numbers,
    class_axis,
    is_int,
    pair_of,
    require,
    shape_of,
)

Pair = int | tuple[int, int]  # one number for both directions, or (vertical, horizontal)


def windows(input: Tensor, kernel: tuple[int, int], stride=(1, 1), dilation=(1, 1)) -> Tensor:
    """All positions of a sliding window in one view: (..., H, W) -> (..., H_out, W_out, kh, kw).

    H_out = (H - dilation * (kh - 1) - 1) // stride + 1, and W_out likewise.
    Raises ValueError if not even one window fits.
    Source: https://pytorch.org/docs/stable/generated/torch.as_strided.html
    """
    *outer, h, w = input.shape
    *outer_steps, down, right = input.stride()  # how far apart neighbours lie in memory
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    span_h, span_w = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    require(
        h >= span_h and w >= span_w,
        f"the window spans {span_h} x {span_w} pixels, but the padded input has only {h} x {w}: "
        "use a smaller kernel or dilation, more padding or a larger input",
    )
    size = (h - span_h) // sh + 1, (w - span_w) // sw + 1
    # From window to window it is `stride` pixels; inside a window neighbours are `dilation` pixels apart.
    steps = sh * down, sw * right, dh * down, dw * right
    return input.as_strided((*outer, *size, kh, kw), (*outer_steps, *steps))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation of images with kernels, which deep learning calls convolution.

    Shapes: input (N, C_in, H, W) or (C_in, H, W), weight (C_out, C_in / groups, kh, kw), bias (C_out,);
    result (N, C_out, H_out, W_out) or (C_out, H_out, W_out). Padding "same" keeps H and W, "valid" is 0.
    Raises ValueError if shapes, dtypes or numbers do not fit, or the kernel exceeds the padded input.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
    """
    check_conv2d(input, weight, bias, groups)
    stride, dilation, kernel = pair_of("stride", stride, 1), pair_of("dilation", dilation, 1), weight.shape[2:]
    padded = pad(input, _conv_frame(kernel, stride, padding, dilation))
    # Group g of the output channels sees only group g of the input channels.
    patches = windows(padded, kernel, stride, dilation).unflatten(-5, (groups, -1))
    kernels = weight.unflatten(0, (groups, -1))
    output = torch.einsum("...gchwij,gocij->...gohw", patches, kernels).flatten(-4, -3)
    return output if bias is None else output + bias[:, None, None]


def max_pool2d(
    input: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The largest value in each window; stride None means kernel_size.

    Shapes: input (N, C, H, W) or (C, H, W), result (N, C, H_out, W_out) or (C, H_out, W_out). With
    return_indices also the winners' places in the flattened H * W plane (-1: the window saw only padding).
    Raises ValueError if the input is no image, a number is out of range or no window fits.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    check_numbers(input, floating=False)
    kernel, stride, dilation, frame, overhang = _pool_geometry(input, kernel_size, stride, padding, dilation, ceil_mode)

    def patches(plane, outside):
        plane = pad(pad(plane, frame, value=outside), overhang, value=outside)
        return windows(plane, kernel, stride, dilation).flatten(-2)

    h, w = input.shape[-2:]
    place = patches(torch.arange(h * w, device=input.device).view(h, w), -1)
    values = patches(input, float("-inf") if input.is_floating_point() else torch.iinfo(input.dtype).min)
    # The winner is the first pixel, in reading order, that equals the maximum; padding (place -1) never wins.
    best = (values == values.amax(-1, keepdim=True)) | values.isnan()
    winner = (best & (place >= 0)).int().argmax(-1, keepdim=True)
    output = values.gather(-1, winner).squeeze(-1)  # not amax itself, which shares its gradient among ties
    return (output, place.expand_as(values).gather(-1, winner).squeeze(-1)) if return_indices else output


def avg_pool2d(
    input: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window; stride None means kernel_size.

    Shapes: input (N, C, H, W) or (C, H, W), result (N, C, H_out, W_out) or (C, H_out, W_out).
    Raises ValueError if the input is no image, a number is out of range or no window fits.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
    """
    check_numbers(input, floating=True)
    kernel, stride, _, frame, overhang = _pool_geometry(input, kernel_size, stride, padding, 1, ceil_mode)
    total = windows(pad(pad(input, frame), overhang), kernel, stride).sum((-2, -1))
    if divisor_override is not None:
        require(
            is_int(divisor_override) and divisor_override != 0,
            f"divisor_override is {divisor_override!r}: give an int other than 0, or None",
        )
        return total / divisor_override
    # Pool a plane of ones to count pixels: padding counts if wanted, the overhang of ceil_mode never does.
    ones = pad(input.new_ones(input.shape[-2:]), frame, value=float(count_include_pad))
    return total / windows(pad(ones, overhang), kernel, stride).sum((-2, -1))


def relu(input: Tensor) -> Tensor:
    """Negative values become 0, in any shape. Raises ValueError if the input is not real numbers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
    """
    check_numbers(input, floating=False)
    return torch.where(input <= 0, 0, input)  # asks "<= 0", not "> 0", so that NaN stays NaN


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Every output is a weighted sum of all inputs: input @ weight.T + bias.

    Shapes: input (*, in), weight (out, in) or (in,), bias (out,) or (); result (*, out) or (*).
    Raises ValueError if shapes or dtypes do not fit.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    check_linear(input, weight, bias)
    output = input @ weight.t()
    return output if bias is None else output + bias


def softmax(input: Tensor, dim: int, *, dtype: torch.dtype | None = None) -> Tensor:
    """Probabilities along `dim`, positive and summing to 1, in any shape.

    Raises ValueError if the input is not floating point or has no such dimension.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
    """
    powers = _shifted(input, dim, dtype).exp()
    return powers / powers.sum(dim, keepdim=True)


def log_softmax(input: Tensor, dim: int, *, dtype: torch.dtype | None = None) -> Tensor:
    """The logarithm of softmax, found without forming a probability that could round to 0, in any shape.

    Raises ValueError if the input is not floating point or has no such dimension.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
    """
    shifted = _shifted(input, dim, dtype)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Negative log-likelihood: minus the log-probability that the input gives to the true class.

    Shapes: input (N, C, d1, ...) or (C,), target (N, d1, ...) or () with int64 classes, weight (C,);
    result a scalar, or the target's shape for reduction "none". The mean is weighted by `weight`.
    Raises ValueError if shapes or dtypes do not fit, a class is out of range or the reduction is unknown.
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
    """
    check_nll_loss(input, target, weight, ignore_index)
    classes, counted = class_axis(input), target != ignore_index
    index = target.where(counted, 0)  # any class will do where the loss is not counted
    loss = -input.gather(classes, index.unsqueeze(classes)).squeeze(classes)
    share = _share(target, weight, ignore_index, input.dtype)
    return _reduced((share * loss).where(counted, 0), share, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The loss of a classifier from its logits: nll_loss(log_softmax(input), target).

    Shapes: input (N, C, d1, ...) or (C,); target (N, d1, ...) or () with int64 classes, or probabilities in
    the input's shape; weight (C,); result a scalar, or (N, d1, ...) or () for reduction "none".
    label_smoothing moves that share of the target from the true class to all classes evenly.
    Raises ValueError as nll_loss does, and if label_smoothing lies outside [0, 1].
    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
    """
    check_cross_entropy(input, target, weight, ignore_index, label_smoothing)
    classes, smooth = class_axis(input), label_smoothing
    log_p = log_softmax(input, classes)
    weighted = log_p if weight is None else log_p * weight.view(-1, *[1] * (input.dim() - classes - 1))
    if target.shape == input.shape:  # a probability for every class
        target = (1 - smooth) * target + smooth / input.shape[classes]
        loss = -(target * weighted).sum(classes)
        return _reduced(loss, torch.ones_like(loss), reduction)
    loss = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    if smooth == 0:
        return loss
    even = -weighted.mean(classes).where(target != ignore_index, 0)  # the loss if all classes were equally true
    share = _share(target, weight, ignore_index, input.dtype)
    return (1 - smooth) * loss + smooth * _reduced(even, share, reduction)


# What several functions share.


def _shifted(input, dim, dtype):
    """The logits, moved so that the largest is 0: then exp cannot overflow, and softmax stays the same."""
    input = input if dtype is None else input.to(dtype)
    check_numbers(input, floating=True)
    low, high = (-input.dim(), input.dim() - 1) if input.dim() else (-1, 0)
    require(
        is_int(dim) and low <= dim <= high and 0 not in input.shape[dim:][:1],
        f"dim is {dim!r}, input {shape_of(input)}: name a dimension from {low} to {high} that is not empty",
    )
    return input - input.amax(dim, keepdim=True).detach()


def _share(target, weight, ignore_index, dtype):
    """How much each target counts in the mean: its class weight, or 1; nothing if it is ignored."""
    counted = target != ignore_index
    return counted.to(dtype) if weight is None else weight[target.where(counted, 0)] * counted


def _reduced(loss, share, reduction):
    reduced = {"none": loss, "mean": loss.sum() / share.sum(), "sum": loss.sum()}
    require(reduction in reduced, f"reduction is {reduction!r}: choose one of {list(reduced)}")
    return reduced[reduction]


def _conv_frame(kernel, stride, padding, dilation):
    """How many zeros go around the input, in pad's order: left, right, top, bottom."""
    if padding == "same":
        require(
            stride == (1, 1),
            f"padding is 'same' and stride {stride}: 'same' needs stride 1, because a "
            "larger one shrinks the output; give the padding as a number",
        )
        missing = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        (top, bottom), (left, right) = [(m // 2, m - m // 2) for m in missing]  # an odd one goes to the end
        return left, right, top, bottom
    ph, pw = (0, 0) if padding == "valid" else pair_of("padding", padding, 0)
    return pw, pw, ph, ph


def _pool_geometry(input, kernel_size, stride, padding, dilation, ceil_mode):
    """Kernel, stride and dilation as pairs; in pad's order the padding, and what ceil_mode adds to it."""
    check_image(input)
    kernel, (ph, pw) = pair_of("kernel_size", kernel_size, 1), pair_of("padding", padding, 0)
    stride = kernel if stride is None else pair_of("stride", stride, 1)
    dilation = pair_of("dilation", dilation, 1)
    half = kernel[0] // 2, kernel[1] // 2
    require(
        ph <= half[0] and pw <= half[1],
        f"padding is {padding} and kernel_size {kernel_size}: expected at "
        f"most half the kernel, {half}; or widen the input beforehand",
    )
    sides = zip(input.shape[-2:], kernel, stride, (ph, pw), dilation, strict=True)
    below, beside = [_overhang(*side) if ceil_mode else 0 for side in sides]
    return kernel, stride, dilation, (pw, pw, ph, ph), (0, beside, 0, below)


def _overhang(size, kernel, stride, padding, dilation):
    """How far the last window of ceil_mode reaches beyond the padding."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1  # in which the first window can move
    moves = -(-room // stride)  # rounded up ...
    if moves * stride >= size + padding:
        moves -= 1  # ... but the last window must start in the input, or in the padding before it
    return max(0, moves * stride - room) if moves >= 0 else 0
