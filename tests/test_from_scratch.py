"""The hand-built operations must do what torch does: same results, same gradients, same refusals."""

import ast
import inspect
import re
import warnings
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import from_scratch

# Derandomised: every run tries the same examples, so a red test stays red until someone mends it.
property_test = settings(derandomize=True, deadline=None, database=None, max_examples=300)
REFUSALS = (RuntimeError, ValueError, TypeError, IndexError)  # what torch raises for bad arguments
INF, NAN = float("inf"), float("nan")


def attempt(function, refusals, call, layout):
    """What the function returns, then the gradients of its inputs; None if it refuses."""
    call, sources = dict(call), []
    for name, value in call.items():
        class_weights = name == "weight" and "target" in call  # torch does not differentiate a loss by these
        if isinstance(value, torch.Tensor) and value.is_floating_point() and not class_weights:
            call[name] = value.clone().requires_grad_()
            sources.append(call[name])
    try:
        results = function(**(call | {"input": layout(call["input"])}))
    except refusals:
        return None
    output, *indices = results if isinstance(results, tuple) else (results,)
    gradients = ()
    if output.requires_grad:
        pull = torch.linspace(-1, 2, output.numel(), dtype=output.dtype).view(output.shape)  # all different
        gradients = torch.autograd.grad(output, sources, pull)
    return [output.detach(), *indices, *gradients]


def assert_agree(name, call, layout=lambda tensor: tensor):
    """torch and the hand-built function both refuse, or return the same values and gradients."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about what it finds slow or unusual
        expected = attempt(getattr(F, name), REFUSALS, call, layout)
    found = attempt(getattr(from_scratch, name), ValueError, call, layout)
    assert (found is None) == (expected is None), "torch refuses" if expected is None else "torch accepts"
    for ours, torchs in zip(found or (), expected or (), strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-9, atol=1e-9, equal_nan=True)


# Strategies: a call is a dict of arguments. Half of the calls may fit, in the others one argument is spoiled.


def numbers(shape, seed=0, whole=False):
    """Float64 numbers; whole ones are full of ties."""
    random = torch.Generator().manual_seed(seed)
    if whole:
        return torch.randint(-2, 3, shape, generator=random).double()
    return torch.randn(shape, generator=random, dtype=torch.float64)


def one_or_pair(values):
    return values | st.tuples(values, values)


def spoiled(call, *mistakes):
    if call["input"].numel() == 0:
        return st.just(call)  # torch overlooks most mistakes when there is nothing to compute
    return st.just(call) | st.sampled_from(mistakes).map(lambda mistake: call | mistake)


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


@st.composite
def conv2d_calls(draw):
    groups, c_in, c_out = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel, size = draw(st.tuples(*[st.integers(1, 3)] * 2)), draw(st.tuples(*[st.integers(1, 6)] * 2))
    call = {
        "input": numbers((*draw(batches), groups * c_in, *size), draw(seeds)),
        "weight": numbers((groups * c_out, c_in, *kernel), draw(seeds)),
        "bias": draw(st.none() | seeds.map(lambda seed: numbers((groups * c_out,), seed))),
        "padding": draw(one_or_pair(st.integers(0, 3)) | st.sampled_from(["same", "valid"])),
        "dilation": draw(one_or_pair(st.integers(1, 3))),
        "groups": groups,
    }
    if call["padding"] != "same" or draw(st.integers(0, 3)) == 0:
        call["stride"] = draw(one_or_pair(st.integers(1, 3)))
    return draw(
        spoiled(
            call,
            {"stride": 0},
            {"stride": (1, -1)},
            {"stride": (1, 2, 3)},
            {"stride": 1.5},
            {"stride": None},
            {"stride": True},
            {"padding": -1},
            {"padding": (0, -2)},
            {"padding": "full"},
            {"padding": 0.5},
            {"dilation": 0},
            {"dilation": (2, 0)},
            {"groups": 0},
            {"groups": -1},
            {"groups": groups % 3 + 1},
            {"groups": 1.0},
            {"input": numbers((4, 4))},
            {"input": numbers((1, 1, 2, 4, 4))},
            {"input": call["input"].float()},
            {"input": numbers((1, groups * c_in, 0, 4))},
            {"weight": numbers((groups * c_out, c_in, 3))},
            {"weight": numbers((groups * c_out, c_in, 0, 2))},
            {"weight": numbers((0, c_in, 2, 2))},
            {"weight": numbers((groups * c_out, c_in + 1, 1, 1))},
            {"bias": numbers((7,))},
            {"bias": numbers((1, groups * c_out))},
            {"bias": torch.zeros(groups * c_out), "padding": 0},
        )
    )  # with "same" torch lets another dtype pass


@st.composite
def pool_calls(draw, mistakes=(), **own_options):
    size = draw(st.tuples(*[st.sampled_from([5, 6, 7, 3, 4, 2, 1])] * 2))
    shape = (*draw(batches), draw(st.integers(1, 2)), *size)
    call = {
        "input": numbers(shape, draw(seeds), whole=draw(st.booleans())),
        "kernel_size": draw(one_or_pair(st.sampled_from([2, 3, 4, 1]))),
        "stride": draw(st.none() | one_or_pair(st.integers(1, 4))),
        "padding": draw(one_or_pair(st.sampled_from([0, 1, 0, 1, 2]))),
        "ceil_mode": draw(st.booleans()),
    }
    call |= {name: draw(values) for name, values in own_options.items()}
    return draw(
        spoiled(
            call,
            {"kernel_size": 0},
            {"kernel_size": (2, -1)},
            {"kernel_size": (1, 2, 3)},
            {"kernel_size": 2.0},
            {"kernel_size": None},
            {"kernel_size": 9},
            {"stride": 0},
            {"stride": (-1, 1)},
            {"stride": "2"},
            {"padding": -1},
            {"padding": "same"},
            {"padding": (0, 0, 0)},
            {"input": numbers((4, 4))},
            {"input": numbers((1, 1, 2, 4, 4))},
            {"input": numbers((1, 0, 4, 4))},
            {"input": numbers((0, 4, 4))},
            {"input": numbers((1, 1, 4, 0))},
            {"input": call["input"] > 0},
            *mistakes,
        )
    )


@st.composite
def linear_calls(draw):
    n_in, n_out = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    lead = draw(st.lists(st.integers(0, 3), max_size=3))
    call = {
        "input": numbers((*lead, n_in), draw(seeds)),
        "weight": numbers((n_out, n_in), draw(seeds)),
        "bias": draw(st.none() | seeds.map(lambda seed: numbers((n_out,), seed))),
    }
    return draw(
        spoiled(
            call,
            {"weight": numbers((n_in,)), "bias": None},
            {"input": numbers((*lead, n_in + 1))},
            {"input": call["input"].float()},
            {"input": numbers(())},
            {"weight": numbers((2, n_out, n_in))},
            {"weight": numbers(())},
            {"bias": numbers((n_out + 2,))},
            {"bias": torch.zeros(n_out)},
        )
    )


@st.composite
def loss_calls(draw, mistakes=(), label_smoothing=None):
    sizes = st.sampled_from([1, 2, 3, 2, 3, 2, 3, 0])  # empty tensors are allowed, but seldom worth a try
    classes, extra = draw(st.integers(1, 4)), draw(st.lists(sizes, max_size=3))
    lead = () if not extra and draw(st.booleans()) else (draw(sizes),)
    shape = *lead, *extra
    input = numbers((*lead, classes, *extra), draw(seeds)) * draw(st.sampled_from([1, 1000]))
    weights = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=classes, max_size=classes)
    call = {
        "input": input,
        "weight": draw(st.none() | weights.map(lambda w: torch.tensor(w).double())),
        "reduction": draw(st.sampled_from(["mean", "sum", "none"])),
    }
    if label_smoothing is not None:
        call["label_smoothing"] = draw(label_smoothing)
    if label_smoothing is not None and draw(st.booleans()):
        call["target"] = target = numbers(input.shape, draw(seeds)).softmax(len(lead))
    else:
        random = torch.Generator().manual_seed(draw(seeds))
        call["ignore_index"] = draw(st.sampled_from([-100, -1, 0, 1, 7]))
        kept = torch.rand(shape, generator=random) < 0.7
        target = torch.randint(classes, shape, generator=random).where(kept, call["ignore_index"])
        call["target"] = target
    return draw(
        spoiled(
            call,
            {"reduction": "average"},
            {"reduction": None},
            {"ignore_index": 0},
            {"target": target + classes},
            {"target": target - 5},
            {"target": target[None, None]},
            {"target": target[..., None, None]},
            {"target": target.int()},
            {"target": target.bool()},
            {"target": numbers((4, 2, 3)).long()},
            {"input": input.long()},
            {"input": input[..., None]},
            {"input": numbers(())},
            {"weight": numbers((classes + 1,))},
            *mistakes,
        )
    )


# The properties.


@property_test
@given(conv2d_calls(), layouts)
def test_conv2d_is_torchs(call, layout):
    assert_agree("conv2d", call, layout)


@property_test
@given(
    pool_calls(
        [{"dilation": 0}, {"dilation": (1, -1)}, {"dilation": 1.5}],
        dilation=one_or_pair(st.integers(1, 3)),
        return_indices=st.booleans(),
    ),
    layouts,
)
def test_max_pool2d_is_torchs(call, layout):
    try:
        _, places = from_scratch.max_pool2d(**(call | {"return_indices": True}))
    except ValueError:
        places = torch.zeros(0)
    assume((places >= 0).all())  # for windows on padding only see below; there torch's gradient is undefined
    assert_agree("max_pool2d", call, layout)


@property_test
@given(
    pool_calls(
        [{"divisor_override": 0}, {"divisor_override": 2.5}],
        count_include_pad=st.booleans(),
        divisor_override=st.none() | st.sampled_from([1, 5, -2]),
    ),
    layouts,
)
def test_avg_pool2d_is_torchs(call, layout):
    assert_agree("avg_pool2d", call, layout)


@property_test
@given(linear_calls())
def test_linear_is_torchs(call):
    assert_agree("linear", call)


@property_test
@given(
    st.lists(st.integers(1, 3), max_size=3),
    seeds,
    st.integers(-4, 3),
    st.sampled_from([0, 1, 1000]),
    st.sampled_from(
        [
            (torch.float64, None),
            (torch.float64, torch.int64),
            (torch.float32, torch.float64),
            (torch.int64, torch.float64),
            (torch.int64, None),
        ]
    ),
)
def test_softmax_and_log_softmax_are_torchs(shape, seed, dim, scale, dtypes):
    input = (numbers(shape, seed) * scale).to(dtypes[0])
    for name in ("softmax", "log_softmax"):
        assert_agree(name, {"input": input, "dim": dim, "dtype": dtypes[1]})


@property_test
@given(loss_calls())
def test_nll_loss_is_torchs(call):
    assert_agree("nll_loss", call)


@property_test
@given(loss_calls([{"label_smoothing": 1.5}], label_smoothing=st.sampled_from([0.0, 0.1, 0.5, 1.0])))
def test_cross_entropy_is_torchs(call):
    assert_agree("cross_entropy", call)


@property_test
@given(
    st.tuples(*[st.integers(1, 7)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    layouts,
)
def test_windows_is_a_view_of_what_a_loop_would_cut_out(size, kernel, stride, dilation, layout):
    input = layout(torch.arange(2.0 * size[0] * size[1]).view(1, 2, *size))
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    assume(span[0] <= size[0] and span[1] <= size[1])
    found = from_scratch.windows(input, kernel, stride, dilation)
    rows, columns = range(0, size[0] - span[0] + 1, stride[0]), range(0, size[1] - span[1] + 1, stride[1])
    assert found.shape == (1, 2, len(rows), len(columns), *kernel)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            patch = input[..., top : top + span[0] : dilation[0], left : left + span[1] : dilation[1]]
            assert torch.equal(found[:, :, i, j], patch)
    assert found.untyped_storage().data_ptr() == input.untyped_storage().data_ptr()


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weight", [None, torch.tensor([0.5, 3.0, 0.0, 2.0]).double()])
@pytest.mark.parametrize("ignore_index", [-100, 0, 2])
@pytest.mark.parametrize("extra", [(), (3, 2)])
def test_losses_in_every_combination(reduction, weight, ignore_index, extra):
    random = torch.Generator().manual_seed(0)
    call = {"input": numbers((9, 4, *extra)), "target": torch.randint(4, (9, *extra), generator=random)}
    call["target"][::5] = ignore_index
    call |= {"weight": weight, "ignore_index": ignore_index, "reduction": reduction}
    assert_agree("nll_loss", call)
    for label_smoothing in (0.0, 0.1, 1.0):
        assert_agree("cross_entropy", call | {"label_smoothing": label_smoothing})


# Gradients against finite differences, a second witness beside torch's own.


@pytest.mark.parametrize("layout", [lambda x: x, lambda x: x.mT, lambda x: x[:, :, ::2, 1:]])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: from_scratch.windows(x, (2, 3), (1, 2), (2, 1)),
        lambda x: from_scratch.conv2d(x, numbers((4, 1, 2, 3)), numbers((4,)), (2, 1), (1, 2), (1, 2), 2),
        lambda x: from_scratch.conv2d(x, numbers((3, 2, 2, 3)), padding="same"),
        lambda x: from_scratch.max_pool2d(x, 3, 2, 1, ceil_mode=True),
        lambda x: from_scratch.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
        from_scratch.relu,
        lambda x: from_scratch.linear(x, numbers((2, x.shape[-1])), numbers((2,))),
        lambda x: from_scratch.softmax(x, 1),
        lambda x: from_scratch.log_softmax(x, -1),
        lambda x: from_scratch.nll_loss(x, torch.zeros_like(x[:, 0]).long(), torch.tensor([0.5, 2]).double()),
        lambda x: from_scratch.cross_entropy(x, torch.ones_like(x[:, 0]).long(), label_smoothing=0.2),
        lambda x: from_scratch.cross_entropy(x, numbers(x.shape).softmax(1), reduction="sum"),
    ],
)
def test_gradcheck(function, layout):
    input = numbers((1, 2, 5, 6), seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: function(layout(x)), input)


@pytest.mark.parametrize("name, input", [("conv2d", numbers((1, 2, 3, 3))), ("linear", numbers((4, 3)))])
def test_gradcheck_of_weight_and_bias(name, input):
    weight = numbers((2, 2, 2, 2) if name == "conv2d" else (2, 3), seed=1).requires_grad_()
    bias = numbers((2,), seed=2).requires_grad_()
    assert torch.autograd.gradcheck(lambda w, b: getattr(from_scratch, name)(input, w, b), (weight, bias))


# Special values.


@pytest.mark.parametrize(
    "input",
    [
        torch.tensor([-INF, -2.0, -0.0, 0.0, 3.0, INF, NAN]),
        torch.tensor([-2, 0, 3]),
        numbers((2, 3, 4)),
        torch.zeros(0),
        torch.tensor(True),
        torch.tensor(1j),
    ],
)
def test_relu_is_torchs(input):
    assert_agree("relu", {"input": input})


@pytest.mark.parametrize(
    "logits",
    [
        [1000.0, -1000.0, 0.0],
        [-1000.0, -1000.0, -1000.0],
        [1000.0, 1000.0, 999.0],
        [-INF, 0.0, 1.0],
        [-INF, -INF, 0.0],
        [-INF, -INF, -INF],
        [INF, 0.0, 0.0],
        [NAN, 0.0, 0.0],
    ],
)
def test_extreme_logits(logits):
    input = torch.tensor([logits], dtype=torch.float64)
    for name in ("softmax", "log_softmax"):
        assert_agree(name, {"input": input, "dim": 1})
    for target in (0, 1, 2):
        for options in ({}, {"label_smoothing": 0.1}, {"ignore_index": 0, "reduction": "sum"}):
            assert_agree("cross_entropy", {"input": input, "target": torch.tensor([target])} | options)
    if max(logits) == 1000:  # what the log-sum-exp is for
        assert from_scratch.log_softmax(input, 1).isfinite().all()


def test_probabilities_as_float32_for_float64_logits():
    assert_agree("cross_entropy", {"input": numbers((2, 3)), "target": numbers((2, 3), 1).softmax(1).float()})


@pytest.mark.parametrize("kernel_size, padding", [(2, 1), (3, 1), (1, 0)])
def test_max_pool2d_prefers_a_pixel_of_minus_infinity_to_padding(kernel_size, padding):
    input = torch.full((1, 3, 3), -INF)
    assert_agree(
        "max_pool2d",
        {"input": input, "kernel_size": kernel_size, "stride": 1, "padding": padding, "return_indices": True},
    )


def test_max_pool2d_passes_nan_on():
    input = numbers((1, 4, 4))
    input[0, 1, 2] = NAN
    assert_agree("max_pool2d", {"input": input, "kernel_size": 3, "stride": 1, "return_indices": True})


def test_max_pool2d_of_padding_only():
    """A dilated window can step over the whole input. torch returns -inf too, with a place outside the plane."""
    input = numbers((1, 2, 2)).requires_grad_()
    output, places = from_scratch.max_pool2d(input, 2, 1, 1, 3, return_indices=True)
    assert (output.item(), places.item()) == (-INF, -1)
    output.sum().backward()
    assert not input.grad.any()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
def test_whole_numbers(dtype):
    input = torch.arange(32).view(2, 16).roll(5, 1).view(1, 2, 4, 4).to(dtype)
    assert_agree(
        "max_pool2d", {"input": input, "kernel_size": 3, "padding": 1, "ceil_mode": True, "return_indices": True}
    )
    if dtype == torch.int64:
        assert_agree("conv2d", {"input": input, "weight": input, "bias": torch.tensor([7]), "padding": 1})
        assert_agree("linear", {"input": input, "weight": input[0, 0]})


# Arguments.


def documented_signature(name):
    """Names and defaults as torch documents them, the deprecated ones left out."""
    function = getattr(F, name)
    if inspect.isfunction(function) and name != "max_pool2d":
        parameters = inspect.signature(function).parameters.values()
    else:  # a builtin states its signature in its docstring
        line = re.search(rf"^{name}\((.*?)\)( ->|$)", inspect.cleandoc(function.__doc__), re.M)[1]
        parameters = inspect.signature(eval(f"lambda {line}: None")).parameters.values()
    return {p.name: p.default for p in parameters if p.name not in ("size_average", "reduce", "_stacklevel", "inplace")}


@pytest.mark.parametrize(
    "name",
    ["conv2d", "max_pool2d", "avg_pool2d", "relu", "linear", "softmax", "log_softmax", "nll_loss", "cross_entropy"],
)
def test_arguments_are_those_torch_documents(name):
    expected = documented_signature(name)
    if name.endswith("softmax"):
        expected["dim"] = inspect.Parameter.empty  # torch guesses a missing dim, with a warning
    parameters = inspect.signature(getattr(from_scratch, name)).parameters.values()
    assert [(p.name, p.default) for p in parameters] == list(expected.items())


IMAGE, KERNELS = numbers((1, 3, 5, 6)), numbers((4, 3, 2, 2))
LOGITS, TARGET = numbers((2, 3)), torch.tensor([0, 2])


@pytest.mark.parametrize(
    "name, arguments, options, message",
    [
        ("conv2d", (IMAGE, KERNELS[:, :2]), {}, r"input has 3 channels.*\(4, 2, 2, 2\).*groups=1 expects 2"),
        ("conv2d", (IMAGE[0, 0], KERNELS), {}, r"input is of shape \(5, 6\): expected \(N, C, H, W\).*plane\[None\]"),
        ("conv2d", ([[1, 2]], KERNELS), {}, r"input is a list: expected \(N, C, H, W\)"),
        (
            "conv2d",
            (IMAGE, KERNELS[0]),
            {},
            r"weight is of shape \(3, 2, 2\): expected \(C_out, C_in / groups, kh, kw\)",
        ),
        ("conv2d", (IMAGE, KERNELS, KERNELS[0]), {}, r"bias is of shape \(3, 2, 2\): expected \(4,\), one number per"),
        ("conv2d", (IMAGE, KERNELS.float()), {}, r"float64.*float32.*\.to\(input\.dtype\)"),
        ("conv2d", (IMAGE, numbers((1, 3, 3, 3)), None, 1, 0, 3), {}, "spans 7 x 7 pixels.*only 5 x 6.*smaller kernel"),
        ("conv2d", (IMAGE, KERNELS), {"stride": 0}, "stride is 0: give an int of at least 1, or two"),
        ("conv2d", (IMAGE, KERNELS), {"padding": (0, -1)}, r"padding is \(0, -1\): give an int of at least 0"),
        ("conv2d", (IMAGE, KERNELS), {"padding": "full"}, "padding is 'full': give an int.*"),
        ("conv2d", (IMAGE, KERNELS), {"padding": "same", "stride": 2}, r"'same' and stride \(2, 2\).*needs stride 1"),
        ("conv2d", (IMAGE, KERNELS), {"groups": 3}, "groups is 3: give .* divides the 4 output channels"),
        ("max_pool2d", (IMAGE, 2), {"padding": 2}, r"padding is 2 and kernel_size 2: expected at most half.*\(1, 1\)"),
        ("max_pool2d", (IMAGE, 7), {}, "spans 7 x 7 pixels.*only 5 x 6"),
        ("max_pool2d", (IMAGE, 9, 3), {"ceil_mode": True}, "spans 9 x 9 pixels.*only 5 x 6"),
        ("max_pool2d", (IMAGE[:, :0], 2), {}, r"\(1, 0, 5, 6\): expected .* without an empty side"),
        ("max_pool2d", (IMAGE > 0, 2), {}, "input is torch.bool: give a tensor of real numbers"),
        ("avg_pool2d", (IMAGE, (2, 2, 2)), {}, r"kernel_size is \(2, 2, 2\): give an int of at least 1, or two"),
        ("avg_pool2d", (IMAGE, 2), {"divisor_override": 0}, "divisor_override is 0: give an int other than 0, or None"),
        ("relu", (torch.tensor(1j),), {}, "input is torch.complex64: give a tensor of real numbers"),
        ("linear", (IMAGE, numbers((4, 7))), {}, r"\(1, 3, 5, 6\).*\(4, 7\) expects 7 numbers.*flatten"),
        ("softmax", (LOGITS, 2), {}, r"dim is 2, input of shape \(2, 3\): name a dimension from -2 to 1"),
        ("log_softmax", (TARGET, 0), {}, "input is torch.int64: give a tensor of floating-point numbers"),
        ("nll_loss", (LOGITS, torch.tensor([0, 3])), {}, r"contains \[3\]: expected classes from 0 to 2.*ignore_index"),
        ("nll_loss", (LOGITS, TARGET[:1]), {}, r"target is of shape \(1,\): expected \(2,\), one class for each"),
        ("nll_loss", (LOGITS, TARGET.int()), {}, "target is torch.int32: expected int64, give target.long"),
        ("nll_loss", (LOGITS, TARGET), {"reduction": "avg"}, "reduction is 'avg': choose one of.*none.*mean.*sum"),
        (
            "nll_loss",
            (LOGITS, TARGET, LOGITS),
            {},
            r"weight is of shape \(2, 3\): expected \(3,\), one number per class",
        ),
        ("cross_entropy", (LOGITS, [0, 2]), {}, r"target is a list: give a tensor"),
        ("cross_entropy", (LOGITS, LOGITS.long()), {}, r"target is torch.int64 in the input's shape.*probabilities"),
        ("cross_entropy", (LOGITS, LOGITS.exp()), {"ignore_index": 1}, "ignore_index is 1: leave it out"),
        ("cross_entropy", (LOGITS, TARGET), {"label_smoothing": 1.5}, "label_smoothing is 1.5: .* from 0 to 1"),
    ],
)
def test_a_refusal_says_what_was_given_and_what_is_expected(name, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(from_scratch, name)(*arguments, **options)
    with pytest.raises(REFUSALS):
        getattr(F, name)(*arguments, **options)


# torch 2 computes something in these cases; a learner is better served by a refusal.
@pytest.mark.parametrize(
    "name, arguments, options",
    [
        ("conv2d", (IMAGE[:, :0], KERNELS[:, :0]), {}),  # no input channels: torch returns no output channels either
        ("conv2d", (IMAGE[:0], KERNELS), {"dilation": 0}),  # torch skips most checks of an empty batch
        (
            "conv2d",
            (IMAGE, KERNELS, torch.zeros(4)),
            {"padding": "same"},
        ),  # another dtype passes here, but not elsewhere
        ("avg_pool2d", (torch.arange(16).view(1, 4, 4), 2), {}),  # torch cuts the mean of whole numbers to an int
        ("max_pool2d", (IMAGE, 2), {"stride": []}),  # undocumented for None
        ("linear", (LOGITS, numbers((4, 3)), numbers((2, 4))), {}),  # a bias that differs from sample to sample
        ("linear", (LOGITS, numbers((4, 3)), numbers((1,))), {}),  # one bias for all outputs
        ("softmax", (LOGITS[:, :0], 1), {}),  # nothing that could sum to 1
        ("nll_loss", (LOGITS[0], TARGET[:1]), {}),  # a batch of targets for a single prediction
        ("nll_loss", (LOGITS, TARGET.byte()), {}),  # works only without extra dimensions
        ("nll_loss", (LOGITS[:, :0], TARGET - 200), {"ignore_index": -200}),  # no classes at all
        ("nll_loss", (numbers((2, 3, 1)), TARGET[:, None], numbers((3, 1))), {}),  # class weights of another shape
        ("cross_entropy", (LOGITS, TARGET), {"label_smoothing": -0.1}),  # read as 0
    ],
)
def test_refused_although_torch_accepts(name, arguments, options):
    with pytest.raises(ValueError, match=" is | has | contains | differ"):
        getattr(from_scratch, name)(*arguments, **options)


def test_documented_bias_of_a_vector_weight():
    """torch documents a weight (in,) with a bias () but refuses the pair for a batch."""
    found = from_scratch.linear(LOGITS, LOGITS[0], torch.tensor(2.0).double())
    torch.testing.assert_close(found, LOGITS @ LOGITS[0] + 2)


def test_built_by_hand():
    """Nothing that the module teaches is borrowed from torch."""
    tree = ast.parse(Path(from_scratch.__file__).read_text(encoding="utf-8"))
    imported = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    } | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    borrowed = {name for name in imported if not name.startswith("helpers.refusals.")}
    assert borrowed == {"torch", "torch.Tensor", "torch.nn.functional.pad"}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {"as_strided", "einsum"} <= used
    ready_made = re.compile(r"conv|pool|^unfold|^fold|im2col|loss|entropy|softm|logsumexp|relu|clamp|linear|^nn$|^ops$")
    assert not [name for name in used if ready_made.search(name)]
