"""The hand-written backward pass against autograd, and a whole training without it against torch's."""

import pytest
import torch
import torch.nn.functional as F
from torch import optim

from helpers import backward
from helpers.model import SimpleCNN
from helpers.optimizers import SGD

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def numbers(*shape, seed=0):
    """Float64 numbers around 0, some of them exactly 0."""
    random = torch.Generator().manual_seed(seed)
    drawn = torch.randn(shape, generator=random, dtype=torch.float64)
    return torch.where(drawn.abs() < 0.3, 0, drawn)


def batch(size, seed=0):
    random = torch.Generator().manual_seed(seed)
    images = torch.rand(size, 1, 28, 28, generator=random, dtype=torch.float64) * 2 - 1
    return images, torch.randint(10, (size,), generator=random)


def assert_equal_to_autograd(by_hand, function, inputs):
    """`by_hand(d_output)` gives what autograd finds for `inputs`, with a different number arriving everywhere."""
    leaves = [tensor.clone().requires_grad_() for tensor in inputs]
    output = function(*leaves)
    d_output = torch.linspace(-1, 2, output.numel(), dtype=output.dtype).view(output.shape)
    found = by_hand(d_output)
    expected = torch.autograd.grad(output, leaves, d_output)
    for ours, autograds in zip(found if isinstance(found, tuple) else (found,), expected, strict=True):
        torch.testing.assert_close(ours, autograds, **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_linear(seed):
    x, weight, bias = numbers(4, 5, seed=seed), numbers(3, 5, seed=seed + 10), numbers(3, seed=seed + 20)
    assert_equal_to_autograd(lambda d: backward.linear_backward(d, x, weight), F.linear, (x, weight, bias))


@pytest.mark.parametrize("seed", range(3))
def test_relu_also_at_zero(seed):
    x = numbers(4, 5, seed=seed)
    assert (x == 0).any()
    assert_equal_to_autograd(lambda d: backward.relu_backward(d, x), F.relu, (x,))


@pytest.mark.parametrize(
    ("k", "stride", "size"), [(2, None, (4, 6)), (2, None, (7, 5)), (3, 2, (7, 7)), (2, 1, (4, 4))]
)
@pytest.mark.parametrize("whole", [False, True], ids=["distinct", "with ties"])
def test_max_pool2d(k, stride, size, whole):
    x = numbers(2, 3, *size).round(decimals=0 if whole else 9)
    assert_equal_to_autograd(
        lambda d: backward.max_pool2d_backward(d, x, k, stride), lambda x: F.max_pool2d(x, k, stride), (x,)
    )


@pytest.mark.parametrize(("k", "padding"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (5, 2)])
def test_conv2d(k, padding):
    x, weight, bias = numbers(2, 3, 6, 5), numbers(4, 3, k, k, seed=1), numbers(4, seed=2)
    assert_equal_to_autograd(
        lambda d: backward.conv2d_backward(d, x, weight, padding),
        lambda x, weight, bias: F.conv2d(x, weight, bias, padding=padding),
        (x, weight, bias),
    )


@pytest.mark.parametrize("scale", [1, 100])
def test_cross_entropy(scale):
    z, y = scale * numbers(6, 10), torch.arange(6)
    assert_equal_to_autograd(lambda d: d * backward.cross_entropy_backward(z, y), lambda z: F.cross_entropy(z, y), (z,))


@pytest.mark.parametrize(("size", "seed"), [(1, 0), (2, 1), (5, 2), (8, 3)])
def test_whole_network(size, seed):
    torch.manual_seed(seed)
    model = SimpleCNN().double()
    images, labels = batch(size, seed)
    loss, gradients = backward.simple_cnn_backward(dict(model.named_parameters()), images, labels)
    expected = F.cross_entropy(model(images), labels)
    expected.backward()
    assert not any(tensor.requires_grad for tensor in (loss, *gradients.values())), "autograd was at work inside"
    torch.testing.assert_close(loss, expected.detach(), **CLOSE)
    assert gradients.keys() == dict(model.named_parameters()).keys()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, **CLOSE)


def test_twenty_steps_by_hand_end_at_the_weights_of_torch():
    torch.manual_seed(0)
    ours, torchs = SimpleCNN().double(), SimpleCNN().double()
    torchs.load_state_dict(ours.state_dict())
    by_hand, by_torch = SGD(ours.parameters(), lr=0.05), optim.SGD(torchs.parameters(), lr=0.05)
    for step in range(20):
        images, labels = batch(4, seed=step)
        _, gradients = backward.simple_cnn_backward(dict(ours.named_parameters()), images, labels)
        for name, parameter in ours.named_parameters():
            parameter.grad = gradients[name]
        by_hand.step()
        by_torch.zero_grad()
        F.cross_entropy(torchs(images), labels).backward()
        by_torch.step()
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter, torchs.get_parameter(name), rtol=0, atol=1e-8)
