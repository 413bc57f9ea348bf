"""The backward pass of the SimpleCNN by hand, with no autograd inside.

Each function goes backward through one operation: from the gradient of the loss with respect to its output
(`d_output`) to those with respect to its inputs. A gradient has the shape of the tensor it belongs to.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from helpers.from_scratch import conv2d, cross_entropy, linear, max_pool2d, relu, softmax, windows

Gradients = tuple[Tensor, Tensor, Tensor]  # of input, weight and bias


def cross_entropy_backward(logits: Tensor, labels: Tensor) -> Tensor:
    """Probability minus 1 for the right class, shared among the images; logits (N, C), labels int64 (N,)."""
    return (softmax(logits, 1) - one_hot(labels, logits.shape[1])) / len(labels)


def linear_backward(d_output: Tensor, input: Tensor, weight: Tensor) -> Gradients:
    """Gradients of input (N, in), weight (out, in) and bias (out,) from d_output (N, out)."""
    return d_output @ weight, d_output.T @ input, d_output.sum(0)


def relu_backward(d_output: Tensor, input: Tensor) -> Tensor:
    """The gradient passes where the input was positive, in any shape."""
    return d_output * (input > 0)


def max_pool2d_backward(d_output: Tensor, input: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The gradient goes to the first winner of each window; input (N, C, H, W), d_output (N, C, H_out, W_out)."""
    winner = windows(input, kernel_size, stride or kernel_size).flatten(-2).argmax(-1)
    d_input = torch.zeros_like(input)
    d_windows = windows(d_input, kernel_size, stride or kernel_size)  # a view: what is added here arrives in d_input
    for place in range(kernel_size**2):
        row, column = divmod(place, kernel_size)
        d_windows[..., row, column] += d_output * (winner == place)
    return d_input


def conv2d_backward(d_output: Tensor, input: Tensor, weight: Tensor, padding: int = 0) -> Gradients:
    """Gradients of input (N, C, H, W), weight (O, C, k, k) and bias (O,), for stride 1 and a padding below k."""
    k = weight.shape[-1]
    patches = windows(pad(input, (padding,) * 4), k)
    d_weight = torch.einsum("nohw,nchwij->ocij", d_output, patches)
    d_input = conv2d(d_output, weight.flip(2, 3).transpose(0, 1), padding=k - 1 - padding)
    return d_input, d_weight, d_output.sum((0, 2, 3))


@torch.no_grad()
def simple_cnn_backward(weights: Mapping[str, Tensor], images: Tensor, labels: Tensor) -> tuple[Tensor, dict]:
    """The mean loss over a batch, and its gradient for every weight, by name.

    weights: a SimpleCNN's parameters, dict(model.named_parameters()); images (N, 1, 28, 28), labels int64 (N,).
    """
    w, grad = weights, {}
    z1 = conv2d(images, w["conv1.weight"], w["conv1.bias"], padding=1)
    p1 = max_pool2d(a1 := relu(z1), 2)
    z2 = conv2d(p1, w["conv2.weight"], w["conv2.bias"], padding=1)
    p2 = max_pool2d(a2 := relu(z2), 2)
    z3 = linear(x := p2.flatten(1), w["fc1.weight"], w["fc1.bias"])
    logits = linear(a3 := relu(z3), w["fc2.weight"], w["fc2.bias"])

    d_logits = cross_entropy_backward(logits, labels)
    d_a3, grad["fc2.weight"], grad["fc2.bias"] = linear_backward(d_logits, a3, w["fc2.weight"])
    d_z3 = relu_backward(d_a3, z3)
    d_x, grad["fc1.weight"], grad["fc1.bias"] = linear_backward(d_z3, x, w["fc1.weight"])
    d_z2 = relu_backward(max_pool2d_backward(d_x.reshape(p2.shape), a2, 2), z2)
    d_p1, grad["conv2.weight"], grad["conv2.bias"] = conv2d_backward(d_z2, p1, w["conv2.weight"], padding=1)
    d_z1 = relu_backward(max_pool2d_backward(d_p1, a1, 2), z1)
    _, grad["conv1.weight"], grad["conv1.bias"] = conv2d_backward(d_z1, images, w["conv1.weight"], padding=1)
    return cross_entropy(logits, labels), grad
