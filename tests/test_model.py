"""SimpleCNN: its parameters, its shapes, its refusals."""

from helpers.model import SimpleCNN

import pytest
import torch


def test_parameters_counted_by_hand():
    by_hand = {"conv1": 32 * 1 * 9 + 32, "conv2": 64 * 32 * 9 + 64, "fc1": 3136 * 128 + 128, "fc2": 128 * 10 + 10}
    model = SimpleCNN()
    counted = {name: sum(p.numel() for p in layer.parameters()) for name, layer in model.named_children()}
    assert counted == {**by_hand, "pool": 0}


@pytest.mark.parametrize("count", [1, 3])
def test_logits(count):
    assert SimpleCNN()(torch.zeros(count, 1, 28, 28)).shape == (count, 10)


def test_each_image_is_answered_alone():
    model, images = SimpleCNN(), torch.rand(4, 1, 28, 28)
    alone = torch.cat([model(image[None]) for image in images])
    torch.testing.assert_close(model(images), alone)


@pytest.mark.parametrize("shape", [(1, 28, 28), (2, 3, 28, 28), (2, 1, 32, 32), (4, 1, 14, 14), (784,)])
def test_wrong_shape_is_refused_with_both_shapes(shape):
    with pytest.raises(ValueError) as raised:
        SimpleCNN()(torch.zeros(shape))
    assert "(N, 1, 28, 28)" in str(raised.value) and str(tuple(shape)) in str(raised.value)


def test_channels_last_images_are_accepted():
    model, images = SimpleCNN(), torch.rand(2, 1, 28, 28)
    fast = model.to(memory_format=torch.channels_last)(images.to(memory_format=torch.channels_last))
    torch.testing.assert_close(fast, model(images))
