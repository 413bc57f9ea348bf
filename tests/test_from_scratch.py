"""The hand-built operations must do what torch does: the same results and the same gradients."""

from helpers import from_scratch

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

# Derandomised: every run tries the same examples, so a red test stays red until someone mends it.
property_test = settings(derandomize=True, deadline=None, database=None, max_examples=200)
INF, NAN = float("inf"), float("nan")


def values_and_gradients(function, call, layout):
    """What the function returns, then the gradients of its floating-point arguments."""
    leaves = {
        name: value.clone().requires_grad_()
        for name, value in call.items()
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    output = function(**(call | leaves | {"input": layout(leaves["input"])}))
    pull = torch.linspace(-1, 2, output.numel(), dtype=output.dtype).view(output.shape)  # all different
    return [output.detach(), *torch.autograd.grad(output, list(leaves.values()), pull)]


def assert_agree(name, layout=lambda tensor: tensor, **call):
    """The hand-built function gives torch's values and gradients."""
    ours, torchs = (values_and_gradients(getattr(home, name), call, layout) for home in (from_scratch, F))
    torch.testing.assert_close(ours, torchs, rtol=1e-9, atol=1e-9, equal_nan=True)


def numbers(shape, seed=0, whole=False):
    """Float64 numbers; whole ones are full of ties."""
    random = torch.Generator().manual_seed(seed)
    if whole:
        return torch.randint(-2, 3, shape, generator=random).double()
    return torch.randn(shape, generator=random, dtype=torch.float64)


def two(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


def one_or_two(low, high):
    return st.integers(low, high) | two(low, high)


def fits(size, kernel, padding=0, dilation=1):
    """Whether a window fits into the image, in both directions."""
    pairs = [(value, value) if isinstance(value, int) else value for value in (size, kernel, padding, dilation)]
    return all(n + 2 * p > d * (k - 1) for n, k, p, d in zip(*pairs, strict=True))


seeds = st.integers(0, 2**31)
batches = st.sampled_from([(), (1,), (2,), (0,)])
layouts = st.sampled_from(
    [
        lambda x: x,
        lambda x: x.mT.contiguous().mT,  # columns in memory, not rows
        lambda x: x.repeat_interleave(2, -1)[..., ::2],  # every other number
        lambda x: torch.cat([x, x], -2)[..., x.shape[-2] :, :],  # not from the start of its memory
        lambda x: x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x,
    ]
)


@property_test
@given(st.data(), layouts, batches, two(1, 6), two(1, 3), one_or_two(0, 3), one_or_two(1, 3))
def test_conv2d_is_torchs(data, layout, batch, size, kernel, padding, dilation):
    assume(fits(size, kernel, padding, dilation))
    groups, (c_in, c_out) = data.draw(st.integers(1, 3)), data.draw(two(1, 2))
    assert_agree(
        "conv2d",
        layout,
        input=numbers((*batch, groups * c_in, *size), data.draw(seeds)),
        weight=numbers((groups * c_out, c_in, *kernel), data.draw(seeds)),
        bias=data.draw(st.sampled_from([None, numbers((groups * c_out,))])),
        stride=data.draw(one_or_two(1, 3)),
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


@property_test
@given(st.data(), layouts, batches, two(1, 7), one_or_two(1, 4), st.booleans())
def test_pools_are_torchs_also_where_several_pixels_win(data, layout, batch, size, kernel, whole):
    half = kernel // 2 if isinstance(kernel, int) else min(kernel) // 2
    padding = data.draw(one_or_two(0, half))  # as much as torch allows
    assume(fits(size, kernel, padding))
    input = numbers((*batch, 2, *size), data.draw(seeds), whole)
    stride = data.draw(st.none() | one_or_two(1, 4))
    for name in ("max_pool2d", "avg_pool2d"):
        assert_agree(name, layout, input=input, kernel_size=kernel, stride=stride, padding=padding)


@property_test
@given(st.lists(st.integers(0, 3), max_size=3), two(1, 3), seeds, st.booleans())
def test_linear_is_torchs(lead, sides, seed, has_bias):
    (n_in, n_out), bias = sides, numbers((sides[1],), seed) if has_bias else None
    assert_agree("linear", input=numbers((*lead, n_in), seed), weight=numbers((n_out, n_in), seed), bias=bias)


@property_test
@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.data(), seeds, st.sampled_from([0, 1, 1000]))
def test_softmax_and_log_softmax_are_torchs(shape, data, seed, scale):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    for name in ("softmax", "log_softmax"):
        assert_agree(name, input=numbers(shape, seed) * scale, dim=dim)


@property_test
@given(
    two(1, 4),
    st.lists(st.integers(1, 3), max_size=2),
    seeds,
    st.sampled_from([1, 1000]),
    st.sampled_from(["mean", "sum", "none"]),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_losses_are_torchs(sides, pixels, seed, scale, reduction, smoothing):
    count, classes = sides
    target = torch.randint(classes, (count, *pixels), generator=torch.Generator().manual_seed(seed))
    call = {"input": numbers((count, classes, *pixels), seed) * scale, "target": target, "reduction": reduction}
    assert_agree("nll_loss", **call)
    assert_agree("cross_entropy", **call, label_smoothing=smoothing)


@property_test
@given(two(1, 7), two(1, 3), two(1, 3), two(1, 3), layouts)
def test_windows_is_a_view_of_what_a_loop_would_cut_out(size, kernel, stride, dilation, layout):
    assume(fits(size, kernel, 0, dilation))
    input = layout(torch.arange(2.0 * size[0] * size[1]).view(1, 2, *size))
    found = from_scratch.windows(input, kernel, stride, dilation)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    rows, columns = (range(0, n - r + 1, s) for n, r, s in zip(size, reach, stride, strict=True))
    assert found.shape == (1, 2, len(rows), len(columns), *kernel)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            patch = input[..., top : top + reach[0] : dilation[0], left : left + reach[1] : dilation[1]]
            assert torch.equal(found[:, :, i, j], patch)
    assert found.untyped_storage().data_ptr() == input.untyped_storage().data_ptr()


def test_relu_keeps_nan_and_is_flat_at_zero():
    assert_agree("relu", input=torch.tensor([-INF, -2.0, -0.0, 0.0, 3.0, INF, NAN]))
    assert_agree("relu", input=numbers((2, 3, 4)))


def test_max_pool2d_passes_nan_on():
    input = numbers((1, 4, 4))
    input[0, 1, 2] = NAN
    assert_agree("max_pool2d", input=input, kernel_size=3, stride=1)


@pytest.mark.parametrize(
    "logits",
    [
        [1000.0, -1000.0, 0.0],
        [-1000.0, -1000.0, -1000.0],
        [1000.0, 1000.0, 999.0],
        [-INF, 0.0, 1.0],
        [-INF, -INF, -INF],
        [INF, 0.0, 0.0],
        [NAN, 0.0, 0.0],
    ],
)
def test_extreme_logits(logits):
    input = torch.tensor([logits], dtype=torch.float64)
    for name in ("softmax", "log_softmax"):
        assert_agree(name, input=input, dim=1)
    for target in range(3):
        assert_agree("cross_entropy", input=input, target=torch.tensor([target]))


IMAGE, KERNELS = numbers((1, 3, 5, 6)), numbers((4, 3, 2, 2))
LOGITS, TARGET = numbers((2, 3)), torch.tensor([0, 2])


@pytest.mark.parametrize(
    ("name", "arguments", "options", "message"),
    [
        ("conv2d", (IMAGE[:, :2], KERNELS), {}, r"input \[1, 2, 5, 6\] must have 3 channels for weight \[4, 3, 2, 2\]"),
        ("conv2d", (IMAGE, KERNELS), {"groups": 3}, "must have 9 channels"),
        ("conv2d", (IMAGE[0, 0], KERNELS), {}, r"input \[5, 6\] must have 3 channels"),
        ("conv2d", (IMAGE, KERNELS, KERNELS[0]), {}, r"bias \[3, 2, 2\] must be \[4\], one number for each output"),
        ("conv2d", (IMAGE, KERNELS), {"dilation": 5}, r"kernel \(2, 2\) with dilation 5 exceeds 5 x 6 pixels: shrink"),
        ("conv2d", (IMAGE, KERNELS), {"stride": 0}, "0 is too small for a .*stride.*at least 1"),
        ("conv2d", (IMAGE, KERNELS), {"padding": (0, -1)}, r"\(0, -1\) is too small for a .*padding.*at least 0"),
        ("max_pool2d", (IMAGE, 7), {}, "kernel 7 .*exceeds 5 x 6 pixels"),
        ("avg_pool2d", (IMAGE, 0), {}, "0 is too small for a kernel size"),
        ("linear", (IMAGE, numbers((4, 7))), {}, r"input \[1, 3, 5, 6\] must end in 7 numbers: flatten"),
        ("nll_loss", (LOGITS, TARGET[:1]), {}, r"target \[1\] must be \[2\], one class for each prediction"),
        ("cross_entropy", (LOGITS, TARGET + 1), {}, "classes from 1 to 3 must lie between 0 and 2"),
        ("cross_entropy", (LOGITS, TARGET - 1), {}, "classes from -1 to 1 must lie between 0 and 2"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(name, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(from_scratch, name)(*arguments, **options)
