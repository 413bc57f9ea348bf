"""Right answers to the exercises in other styles than the folded solutions, and the small changes that change nothing.

A check must call all of them correct. Most return what a learner's favourite library gives: numpy's scalars, tensors
of one element, float64.
"""

import copy
import itertools
import math
import statistics

import numpy as np
import torch
import torchvision
from torch.nn import functional as F

# fmt: off

def layer_slowly(image, weight, bias, stride, padding):
    c_out, c_in, kh, kw = weight.shape
    image = F.pad(image, (padding,) * 4)
    maps = []
    for o in range(c_out):
        maps.append([])
        for top in range(0, image.shape[1] - kh + 1, stride):
            maps[-1].append([])
            for left in range(0, image.shape[2] - kw + 1, stride):
                total = bias[o].item()
                for i in range(c_in):
                    for j in range(kh):
                        total += (image[i, top + j, left : left + kw] * weight[o, i, j]).sum().item()
                maps[-1][-1].append(total)
    return torch.tensor(maps)

def layer_all_then_skip(image, weight, bias, stride, padding):
    windows = F.pad(image, (padding,) * 4).unfold(1, weight.shape[2], 1).unfold(2, weight.shape[3], 1)
    maps = torch.einsum("irchw,oihw->orc", windows, weight) + bias[:, None, None]
    return maps[:, ::stride, ::stride]

def layer_in_float64(image, weight, bias, stride, padding):
    return F.conv2d(image[None].double(), weight.double(), bias.double(), stride, padding)[0]

def layer_by_one_product(image, weight, bias, stride, padding):
    columns = F.unfold(image[None], weight.shape[2:], padding=padding, stride=stride)[0]
    rows = (image.shape[1] + 2 * padding - weight.shape[2]) // stride + 1
    return (weight.flatten(1) @ columns + bias[:, None]).view(len(weight), rows, -1)

def layer_channel_by_channel(image, weight, bias, stride, padding):
    maps = bias.view(-1, 1, 1)
    for channel, kernels in zip(image, weight.unbind(1), strict=True):
        maps = maps + F.conv2d(channel[None, None], kernels[:, None], stride=stride, padding=padding)[0]
    return maps

def mystery_by_nine_windows(mystery):
    image = torch.zeros(11, 11)
    image[5, 5] = 1
    answer = mystery(image)
    return torch.tensor([[answer[5 - row, 5 - column] for column in range(3)] for row in range(3)])

def mystery_from_a_long_image(mystery):
    image = torch.zeros(3, 27)  # nine windows that do not touch each other, each with another bright pixel
    for place in range(9):
        image[place // 3, 3 * place + place % 3] = 1
    return mystery(image)[0, ::3].reshape(3, 3)

def mystery_by_digits(mystery):
    image = torch.zeros(5, 5, dtype=torch.float64)
    image[2, 2] = 2
    return mystery(image).double().rot90(2) / 2

def mystery_by_solving(mystery):
    image = torch.rand(30, 30, generator=torch.Generator().manual_seed(0))
    patches = image.unfold(0, 3, 1).unfold(1, 3, 1).reshape(-1, 9)
    return torch.linalg.lstsq(patches.double(), mystery(image).reshape(-1, 1).double()).solution.reshape(3, 3)

def pool_by_loops(image, k, stride):
    rows = []
    for top in range(0, image.shape[0] - k + 1, stride):
        rows.append([])
        for left in range(0, image.shape[1] - k + 1, stride):
            largest = -float("inf")
            for pixel in image[top : top + k, left : left + k].flatten():
                largest = max(largest, pixel.item())
            rows[-1].append(largest)
    return torch.tensor(rows)

def pooled_by_trying(n, k, s, ceil_mode):
    starts = [start for start in range(0, n, s) if ceil_mode or start + k <= n]
    while len(starts) > 1 and starts[-2] + k >= n:  # the window before already reaches the end
        starts.pop()
    return len(starts)

def pooled_by_remainder(n, k, s, ceil_mode):
    full, rest = divmod(n - k, s)
    partial = ceil_mode and rest > 0 and (full + 1) * s < n
    return full + 1 + int(partial)

def pool_gradient_by_argmax(image, gradient):
    result = torch.zeros(image.shape, dtype=torch.float64)
    for row in range(gradient.shape[0]):
        for column in range(gradient.shape[1]):
            i, j = divmod(int(image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].argmax()), 2)
            result[2 * row + i, 2 * column + j] = gradient[row, column]
    return result

def pool_gradient_at_once(image, gradient):
    spread = gradient.repeat_interleave(2, dim=0).repeat_interleave(2, dim=1)
    largest = F.max_pool2d(image[None], 2)[0].repeat_interleave(2, dim=0).repeat_interleave(2, dim=1)
    return torch.where(image == largest, spread, torch.zeros_like(spread))

def pool_gradient_by_indices(image, gradient):
    _, places = F.max_pool2d(image[None], 2, return_indices=True)
    return torch.zeros(image.numel()).scatter(0, places.flatten(), gradient.flatten()).reshape(image.shape)

def pool_gradient_by_autograd(image, gradient):
    image = image.clone().requires_grad_()
    (F.max_pool2d(image[None], 2)[0] * gradient).sum().backward()
    return image.grad

def pool_by_trying(pool):
    image = torch.rand(40, 40, generator=torch.Generator().manual_seed(1))
    for k, s in itertools.product(range(1, 7), repeat=2):
        tried = F.max_pool2d(image[None], k, s)[0]
        if tried.shape == pool(image).shape and torch.equal(tried, pool(image)):
            return k, s

def pool_by_bright_pixels(pool):
    image, first, second = torch.zeros(30, 30), [], []
    for place in range(20):
        lit = image.clone()
        lit[0, place] = 1
        first += [place] * int(pool(lit)[0, 0])
        second += [place] * int(pool(lit)[0, 1])
    return len(first), min(second) - min(first)

def pool_by_sizes(pool):
    window = next(n for n in range(6, 0, -1) if n == 1 or not fits(pool, n - 1))
    return [window, next(s for s in range(1, 7) if len(pool(torch.zeros(window + s, 9))) == 2)]

def pixel_columns():
    return torch.arange(30).repeat(9, 1)

def fits(pool, n):
    try:
        return pool(torch.zeros(n, 9)).numel() > 0
    except RuntimeError:
        return False

def best_patch_by_loops(images, maps):
    places = ((n, r, c) for n, rows in enumerate(maps) for r, row in enumerate(rows) for c in range(len(row)))
    n, r, c = max(places, key=lambda place: maps[place[0]][place[1]][place[2]])
    return torch.tensor([[images[n][2 * r + i][2 * c + j] for j in range(8)] for i in range(8)])

def best_patch_by_division(images, maps, height, width):
    place = maps.flatten().topk(1).indices.item()
    top, left = 2 * (place // width % height), 2 * (place % width)
    return images[place // (height * width)].narrow(0, top, 8).narrow(1, left, 8)

def best_patch_by_where(images, place):
    n, row, column = place
    return images[n][2 * row : 2 * (row + 4)][:, 2 * column : 2 * (column + 4)]

def features_by_trying(side, padding):
    x = torch.zeros(1, side, side)
    for _ in range(2):
        x = F.max_pool2d(F.conv2d(x[None], torch.zeros(1, 1, 3, 3), padding=padding), 2)[0]
    return 64 * x.numel()

def share_by_counting(labels, classes):
    return torch.tensor([labels.tolist().count(k) / len(labels) for k in range(classes)])

def share_by_loop(labels, classes):
    shares = torch.zeros(classes, dtype=torch.float64)
    for label in labels:
        shares[label] += 1 / len(labels)
    return shares

def loss_by_rows(logits, labels):
    total = torch.zeros(1)
    for row, label in zip(logits, labels, strict=True):
        lead = row - row.max()
        total = total + math.log(sum(math.exp(x) for x in lead.tolist())) - lead[label]
    return total / len(labels)

def loss_by_differences(logits, labels):
    behind = logits.double() - logits.double().gather(1, labels[:, None])
    return behind.logsumexp(dim=1).mean()

def gradient_by_loops(logits, labels):
    result = F.softmax(logits, dim=1).double()
    for i, label in enumerate(labels):
        result[i, label] -= 1
    return result / len(labels)

def pushed_in_place(logits, label, steps):
    z = logits.clone()
    for _ in range(steps):
        z -= z.exp() / z.exp().sum()
        z[label] += 1
    return z

def pushed_in_a_list(logits, label, steps):
    z = logits.tolist()
    for _ in range(steps):
        total = sum(math.exp(x) for x in z)
        z = [x - math.exp(x) / total + (k == label) for k, x in enumerate(z)]
    return torch.tensor(z)

def pushed_by_recursion(logits, label, steps):
    push = torch.eye(len(logits))[label] - logits.softmax(0)
    return pushed_by_recursion(logits + push, label, steps - 1) if steps else logits.double()

def pushed_by_autograd(logits, label, steps):
    z = logits.clone().requires_grad_()
    for _ in range(steps):
        (slope,) = torch.autograd.grad(F.cross_entropy(z, torch.tensor(label)), z)
        z = (z - slope).detach().requires_grad_()
    return z

def pushed_by_an_optimizer(logits, label, steps):
    z = torch.nn.Parameter(logits.clone())
    optimizer = torch.optim.SGD([z], lr=1)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(z[None], torch.tensor([label])).backward()
        optimizer.step()
    return z.detach()

def temperature_by_logits(soft):
    p = soft(torch.tensor([0.0, 3, 1]))
    return 3 / (torch.log(p[1]) - torch.log(p[0]))

def temperature_of_a_batch(soft):
    log_p = soft(torch.tensor([[2.0, 0], [0, 1]])).log()
    return (2 / (log_p[0, 0] - log_p[0, 1])).item()

class SGDOverState:
    """Velocities in a dict by parameter, the first of them the first gradient, numbers changed through .data."""

    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum, self.velocity = [*params], lr, momentum, {}

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()

    def step(self):
        for p in self.params:
            old = self.velocity.get(p, 0)
            self.velocity[p] = p.grad.clone() if p not in self.velocity else self.momentum * old + p.grad
            p.data -= self.lr * self.velocity[p]

class SGDInPlace(SGDOverState):
    def step(self):
        with torch.no_grad():
            for p in self.params:
                velocity = self.velocity.setdefault(p, torch.zeros_like(p))
                p.add_(velocity.mul_(self.momentum).add_(p.grad), alpha=-self.lr)

class SGDInFloat64(SGDOverState):
    def step(self):
        for p in self.params:
            self.velocity[p] = self.momentum * self.velocity.get(p, 0) + p.grad.numpy().astype(float)
            with torch.inference_mode():
                p.copy_(torch.from_numpy(p.numpy(force=True) - self.lr * self.velocity[p]))

class SGDOverGroups(SGDOverState):
    def __init__(self, params, lr, momentum):
        super().__init__(params, lr, momentum)
        self.velocities = torch._foreach_mul(self.params, 0)

    @torch.no_grad()
    def step(self):
        torch._foreach_mul_(self.velocities, self.momentum)
        torch._foreach_add_(self.velocities, [p.grad for p in self.params])
        torch._foreach_sub_(self.params, torch._foreach_mul(self.velocities, self.lr))

class SGDFromHistory(SGDOverState):
    """All gradients are kept, and each counts less the longer ago it is."""

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        for p in self.params:
            past = self.velocity.setdefault(p, [])
            past.insert(0, p.grad)
            p.data.sub_(self.lr * sum(self.momentum**age * gradient for age, gradient in enumerate(past)))

class AdamOverState(SGDFromHistory):
    """How far Adam goes is asked of `change(gradients, steps)`, from new to old; that is what the others differ in."""

    def __init__(self, params, lr, beta1, beta2):
        super().__init__(params, lr, 0)
        self.betas = beta1, beta2

    def step(self):
        for p in self.params:
            past = self.velocity.setdefault(p, [])
            past.insert(0, p.grad)
            p.data -= self.lr * self.change(past, len(past))

    def change(self, past, steps):
        beta1, beta2 = self.betas
        mean = sum((1 - beta1) * beta1**age * g for age, g in enumerate(past)) / (1 - beta1**steps)
        square = sum((1 - beta2) * beta2**age * g * g for age, g in enumerate(past)) / (1 - beta2**steps)
        return mean / (square**0.5 + 1e-8)

class AdamByWeights(AdamOverState):
    """The corrected means are weighted means, whose weights sum to 1."""

    def change(self, past, steps):
        weights = torch.tensor([self.betas]).double() ** torch.arange(steps)[:, None]
        first, second = (weights / weights.sum(0)).T
        history = torch.stack(past).double()
        return torch.tensordot(first, history, 1) / (torch.tensordot(second, history**2, 1).sqrt() + 1e-8)

class AdamAsInThePaper(AdamOverState):
    """Section 2 of the paper: the corrections go into the rate."""

    def change(self, past, steps):
        mean = square = torch.zeros_like(past[0])
        for g in reversed(past):
            mean, square = mean.lerp(g, 1 - self.betas[0]), square.lerp(g * g, 1 - self.betas[1])
        root = math.sqrt(1 - self.betas[1] ** steps)
        return root / (1 - self.betas[0] ** steps) * mean / (square.sqrt() + 1e-8 * root)

class AdamOfTorch(AdamOverState):
    """A copy of the weight, led by torch along the same gradients, of which the last step is taken."""

    def change(self, past, steps):
        copy = torch.zeros_like(past[0])
        optimizer = torch.optim.Adam([copy], 1.0, self.betas)
        for g in reversed(past):
            copy.grad, before = g, copy.clone()
            optimizer.step()
        return before - copy

class AdamWithItsOwnPowers(AdamOverState):
    """The powers of the betas are kept, as well as the means."""

    def __init__(self, params, lr, beta1, beta2):
        super().__init__(params, lr, beta1, beta2)
        self.means = [[0, 0] for _ in self.params]
        self.lacks = [1.0, 1.0]

    @torch.no_grad()
    def step(self):
        self.lacks = [lack * beta for lack, beta in zip(self.lacks, self.betas, strict=True)]
        for kept, p in zip(self.means, self.params, strict=True):
            for place, beta in enumerate(self.betas):
                kept[place] = beta * kept[place] + (1 - beta) * p.grad ** (1 + place)
            mean, square = (kept[place] / (1 - self.lacks[place]) for place in (0, 1))
            p -= self.lr * mean / (torch.sqrt(square) + 1e-8)

def bottom_by_lagrange(losses, rate):
    (a, b, c), (x, y, z) = losses, (0, rate, 2 * rate)
    return 0.5 * (a * (y + z) - 2 * b * (x + z) + c * (x + y)) / (a - 2 * b + c)

def bottom_by_one_newton_step(losses, rate):
    x = torch.tensor([0, rate, 2 * rate]).double()
    a, b, _ = torch.linalg.solve(torch.stack([x**2, x, x**0], 1), torch.tensor(losses).double())
    return -b / (2 * a)

def rate_by_lists(step, steps, warmup, peak):
    rising = [peak * n / warmup for n in range(1, warmup + 1)]
    falling = [peak * 0.5 * (1 + math.cos(math.pi * n / (steps - warmup))) for n in range(steps - warmup + 1)]
    return (rising + falling)[step]

def rate_of_torch(step, steps, warmup, peak):
    if step < warmup:
        return peak - peak * (warmup - step - 1) / warmup
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps - warmup)
    for _ in range(step - warmup):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]

def rate_by_sine(step, steps, warmup, peak):
    left = (steps - step) / (steps - warmup)
    return peak * (step + 1) / warmup if step < warmup else peak * math.sin(math.pi / 2 * left) ** 2

class Remembering:
    """What all engines share: they differ in how they go back."""

    made = itertools.count()

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes, self.number = data, 0.0, parents, slopes, next(self.made)

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def relu(self):
        return type(self)(self.data * (self.data > 0), (self,), (1.0 if self.data > 0 else 0.0,))

    def exp(self):
        return type(self)(np.exp(self.data), (self,), (np.exp(self.data),))

    def log(self):
        return type(self)(np.log(self.data), (self,), (self.data**-1,))

    def hand_back(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = parent.grad + self.grad * slope

class ByAge(Remembering):
    def backward(self):
        found, new = {self}, {self}
        while new:
            new = {parent for value in new for parent in value.parents} - found
            found |= new
        self.grad = 1
        for value in sorted(found, key=lambda value: -value.number):
            value.hand_back()

class ByWaiting(Remembering):
    def backward(self):
        uses, todo = {self: 0}, [self]
        for value in todo:
            for parent in value.parents:
                todo += [] if parent in uses else [parent]
                uses[parent] = uses.get(parent, 0) + 1
        self.grad, ready = 1.0, [self]
        while ready:
            value = ready.pop()
            value.hand_back()
            for parent in value.parents:
                uses[parent] -= 1
                ready += [] if uses[parent] else [parent]

class ByASet(Remembering):
    def backward(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                [visit(parent) for parent in value.parents[::-1]]
                order.insert(0, value)

        visit(self)
        self.grad += 1
        for value in order:
            value.hand_back()

class ByDepth(Remembering):
    def depths(self, known):
        if self not in known:
            known[self] = 1 + max((parent.depths(known)[parent] for parent in self.parents), default=0)
        return known

    def backward(self):
        self.grad = torch.tensor(1.0, dtype=torch.float64)
        for value, _ in sorted(self.depths({}).items(), key=lambda pair: pair[1], reverse=True):
            value.hand_back()

class ByTorch:
    """It only looks like an engine."""

    def __init__(self, number):
        self.tensor = torch.as_tensor(number, dtype=torch.float64)
        self.tensor = self.tensor if self.tensor.requires_grad else self.tensor.requires_grad_()
        self.tensor.retain_grad()
        self.backward = self.tensor.backward

    data = property(lambda self: self.tensor.item())
    grad = property(lambda self: self.tensor.grad)

    def exp(self):
        return ByTorch(self.tensor.exp())

    def log(self):
        return ByTorch(self.tensor.log())

    def relu(self):
        return ByTorch(self.tensor.relu())

    def __add__(self, other):
        return ByTorch(self.tensor + other.tensor)

    def __mul__(self, other):
        return ByTorch(self.tensor * other.tensor)

def dense_by_autograd(x, W1, b1, W2, b2, labels):
    given = [one.clone().requires_grad_() for one in (x, W1, b1, W2, b2)]
    x, W1, b1, W2, b2 = given
    z = x @ W1.T + b1
    a = z.relu()
    loss = F.cross_entropy(a @ W2.T + b2, labels)
    return dict(zip("d_x d_W1 d_b1 d_W2 d_b2 d_z d_a".split(), torch.autograd.grad(loss, [*given, z, a]), strict=True))

def dense_by_images(x, W1, b1, W2, b2, labels):
    d = {"d_W1": 0, "d_b1": 0, "d_W2": 0, "d_b2": 0, "d_x": [], "d_z": [], "d_a": []}
    for row, label in zip(x, labels, strict=True):
        a = F.relu(W1 @ row + b1)
        push = ((W2 @ a + b2).softmax(0) - torch.eye(len(b2))[label]) / len(x)
        d_a = W2.T @ push
        d_z = torch.where(a > 0, d_a, 0.0)
        d["d_W2"], d["d_b2"] = d["d_W2"] + torch.outer(push, a), d["d_b2"] + push
        d["d_W1"], d["d_b1"] = d["d_W1"] + torch.outer(d_z, row), d["d_b1"] + d_z
        for name, one in (("d_a", d_a), ("d_z", d_z), ("d_x", W1.T @ d_z)):
            d[name].append(one)
    return {name: torch.stack(one) if isinstance(one, list) else one for name, one in d.items()}

def dense_with_einsum(x, W1, b1, W2, b2, labels):
    z = torch.einsum("ni,oi->no", x, W1) + b1
    pushes = torch.func.grad(F.cross_entropy)(F.linear(F.relu(z), W2, b2), labels)
    d_a = torch.einsum("nk,ko->no", pushes, W2)
    d_z = d_a.masked_fill(z <= 0, 0)
    return {
        "d_W2": torch.einsum("nk,no->ko", pushes, F.relu(z)), "d_b2": pushes.sum(dim=0), "d_a": d_a, "d_z": d_z,
        "d_W1": torch.einsum("no,ni->oi", d_z, x), "d_b1": torch.einsum("no->o", d_z),
        "d_x": torch.einsum("no,oi->ni", d_z, W1),
    }

def dense_in_float64(*case):
    return dense_with_einsum(*(one.double() for one in case[:-1]), case[-1])

def dense_in_place(x, W1, b1, W2, b2, labels):
    a = F.linear(x, W1, b1).relu_()
    pushes = F.linear(a, W2, b2).softmax(1)
    pushes[range(len(x)), labels] -= 1
    pushes /= len(x)
    d_a = pushes @ W2
    d_z = d_a.clone()
    d_z[a == 0] = 0
    return {
        "d_z": d_z, "d_a": d_a, "d_x": (W1.T @ d_z.T).T, "d_W1": (x.T @ d_z).T, "d_b1": d_z.T.sum(1),
        "d_W2": (a.T @ pushes).T, "d_b2": torch.ones(len(x)) @ pushes,
    }

def block_by_autograd(x, K, b, d_p):
    x, K, b = (one.clone().requires_grad_() for one in (x, K, b))
    z = F.conv2d(x, K, b, padding=1)
    found = torch.autograd.grad(F.max_pool2d(z.relu(), 2), (z, x, K, b), d_p)
    return dict(zip(("d_z", "d_x", "d_K", "d_b"), found, strict=True))

def gradient_of_pool_and_relu(x, K, b, d_p):
    z = F.conv2d(x, K, b, padding=1)
    p, winners = F.max_pool2d(z, 2, return_indices=True)
    d_z = torch.zeros(z.flatten(2).shape, dtype=z.dtype)
    return d_z.scatter(2, winners.flatten(2), (d_p * (p > 0)).flatten(2)).view(z.shape)

def block_by_torchs_own(x, K, b, d_p):
    d_z = gradient_of_pool_and_relu(x, K, b, d_p)
    d_x = torch.nn.grad.conv2d_input(x.shape, K, d_z, padding=1)
    d_K = torch.nn.grad.conv2d_weight(x, K.shape, d_z, padding=1)
    return {"d_z": d_z, "d_x": d_x, "d_K": d_K, "d_b": d_z.transpose(0, 1).flatten(1).sum(1)}

def block_by_windows(x, K, b, d_p):
    d_z = gradient_of_pool_and_relu(x, K, b, d_p)
    windows = F.unfold(x, 3, padding=1)
    d_K = torch.einsum("nop,nkp->ok", d_z.flatten(2), windows).view(K.shape)
    d_x = F.fold(K.flatten(1).T @ d_z.flatten(2), x.shape[2:], 3, padding=1)
    return {"d_z": d_z, "d_x": d_x, "d_K": d_K, "d_b": d_z.sum(dim=[0, 2, 3])}

def block_transposed(x, K, b, d_p):
    d_z = gradient_of_pool_and_relu(x, K, b, d_p)
    padded, (rows, columns) = F.pad(x, (1, 1, 1, 1)), x.shape[2:]
    d_K = torch.zeros_like(K)
    for i, j in np.ndindex(3, 3):
        d_K[:, :, i, j] = torch.einsum("nohw,nchw->oc", d_z, padded[:, :, i : i + rows, j : j + columns])
    return {"d_z": d_z, "d_x": F.conv_transpose2d(d_z, K, padding=1), "d_K": d_K, "d_b": d_z.sum((2, 3)).sum(0)}

def block_in_float64(*case):
    return block_by_windows(*(one.double() for one in case))

def input_gradient_by_pixels(kernel, d_output):
    (kh, kw), (rows, columns) = kernel.shape, d_output.shape
    result = np.zeros((rows + kh - 1, columns + kw - 1))
    for row, column in np.ndindex(rows, columns):
        for i, j in np.ndindex(kh, kw):
            result[row + i, column + j] += (kernel[i, j] * d_output[row, column]).item()
    return torch.from_numpy(result)

def input_gradient_by_kernel(kernel, d_output):
    (kh, kw), (rows, columns) = kernel.shape, d_output.shape
    result = torch.zeros(rows + kh - 1, columns + kw - 1)
    for i in range(kh):
        for j in range(kw):
            result[i : i + rows, j : j + columns] += kernel[i, j] * d_output
    return result

def input_gradient_by_padding(kernel, d_output):
    kh, kw = kernel.shape
    padded = F.pad(d_output, (kw - 1, kw - 1, kh - 1, kh - 1))
    return F.conv2d(padded[None, None], kernel.flip(0, 1)[None, None])[0, 0]

class DropoutByWhere:
    def __init__(self, p):
        self.p = p

    def forward(self, x, keep):
        self.keep = keep
        return torch.where(keep, x / (1 - self.p), torch.zeros_like(x))

    def backward(self, gradient):
        return torch.where(self.keep, gradient / (1 - self.p), torch.zeros_like(gradient))

class DropoutByIndex(DropoutByWhere):
    def only_kept(self, numbers):
        result = torch.zeros_like(numbers)
        result[self.keep] = numbers[self.keep] / (1 - self.p)
        return result

    def forward(self, x, keep):
        self.keep = keep
        return self.only_kept(x)

    def backward(self, gradient):
        return self.only_kept(gradient)

class DropoutByAutograd(DropoutByWhere):
    def forward(self, x, keep):
        self.x = x.clone().requires_grad_()
        self.y = self.x * keep / (1 - self.p)
        return self.y

    def backward(self, gradient):
        return torch.autograd.grad(self.y, self.x, gradient)[0]

class DropoutInFloat64(DropoutByWhere):
    def forward(self, x, keep):
        self.scale = keep.double() / (1 - self.p)
        return x.double() * self.scale

    def backward(self, gradient):
        return gradient.double() * self.scale

class DropoutByFilling(DropoutByWhere):
    def forward(self, x, keep):
        self.dropped = ~keep
        return x.masked_fill(self.dropped, 0) * (1 / (1 - self.p))

    def backward(self, gradient):
        return gradient.masked_fill(self.dropped, 0) * (1 / (1 - self.p))

class NormByTorch(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x):
        return F.batch_norm(x, self.mean, self.variance, training=self.training)

class NormFlat(NormByTorch):
    def forward(self, x):
        flat = x.transpose(0, 1).flatten(1).detach()
        if self.training:
            self.mean = self.mean + 0.1 * (flat.mean(1) - self.mean)
            self.variance = self.variance + 0.1 * (flat.var(1) - self.variance)
            mean, variance = flat.mean(1), flat.var(1, correction=0)
        else:
            mean, variance = self.mean, self.variance
        return (x - mean[:, None, None]) * (variance + 1e-5).rsqrt()[:, None, None]

class NormBySquares(NormByTorch):
    def forward(self, x):
        if not self.training:
            return (x - self.mean.view(1, -1, 1, 1)) / (self.variance.view(1, -1, 1, 1) + 1e-5) ** 0.5
        mean = x.mean((0, 2, 3), keepdim=True)
        variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
        n = x.numel() // x.shape[1]
        self.mean.mul_(0.9).add_(0.1 * mean.flatten())
        self.variance.mul_(0.9).add_(0.1 * n / (n - 1) * variance.flatten())
        return (x - mean) / torch.sqrt(variance + 1e-5)

class NormThatCopies(NormByTorch):
    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.mean.copy_(0.9 * self.mean + 0.1 * x.mean((0, 2, 3)))
                self.variance.copy_(0.9 * self.variance + 0.1 * x.var((0, 2, 3)))
            return F.batch_norm(x, None, None, training=True)
        return F.batch_norm(x, self.mean, self.variance)

class StopByWaiting:
    def __init__(self, patience):
        self.patience, self.best, self.waited = patience, math.inf, 0

    def __call__(self, loss, weights):
        if loss < self.best:
            self.best, self.waited, self.weights = loss, 0, copy.deepcopy(weights)
        else:
            self.waited += 1
        return self.waited == self.patience

class StopByHistory:
    def __init__(self, patience):
        self.patience, self.losses, self.all = patience, [], []

    def __call__(self, loss, weights):
        self.losses.append(loss)
        self.all.append({name: tensor.clone() for name, tensor in weights.items()})
        best = self.losses.index(min(self.losses))
        self.weights = self.all[best]
        return len(self.losses) - 1 - best >= self.patience

class StopByEpochs:
    best_epoch = epoch = 0
    best = None

    def __init__(self, patience):
        self.patience = patience

    def __call__(self, loss, weights):
        self.epoch += 1
        if self.best is None or loss < self.best:
            self.best, self.best_epoch = loss, self.epoch
            self.weights = {name: weights[name].detach().clone() for name in weights}
        if self.epoch - self.best_epoch >= self.patience:
            return True
        return False

class StopByLeft(StopByWaiting):
    def __call__(self, loss, weights):
        better = loss < self.best
        self.left = self.patience if better else self.left - 1
        if better:
            self.best, self.weights = loss, {name: tensor + 0 for name, tensor in weights.items()}
        return self.left < 1

class StopByNumpy(StopByHistory):
    def __call__(self, loss, weights):
        super().__call__(loss, weights)
        return len(self.losses) - 1 - np.argmin(self.losses) >= self.patience

def gain_by_loops(first, second):
    n, mean = len(first), 0
    for a, b in zip(first, second, strict=True):
        mean += (b - a) / n
    total = 0
    for a, b in zip(first, second, strict=True):
        total += (b - a - mean) ** 2
    return [mean, math.sqrt(total / (n - 1) / n)]

def iou_by_names(first, second):
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right, bottom = min(first[2], second[2]), min(first[3], second[3])
    if right <= left or bottom <= top:
        return 0.0
    both = (right - left) * (bottom - top)
    area1 = (first[2] - first[0]) * (first[3] - first[1])
    area2 = (second[2] - second[0]) * (second[3] - second[1])
    return both / (area1 + area2 - both)

def iou_with_torch(first, second):
    a, b = torch.tensor(first), torch.tensor(second)
    sides = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0)
    both = sides.prod()
    return both / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - both)

def iou_with_numpy(first, second):
    a, b = np.array(first), np.array(second)
    both = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    return both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both)

def iou_by_counting(first, second):  # all sides are halves
    halves = [[range(int(2 * low), int(2 * high)) for low, high in (box[::2], box[1::2])] for box in (first, second)]
    a, b = (set(itertools.product(*sides)) for sides in halves)
    return len(a & b) / len(a | b)

def suppress_by_loops(boxes, scores, overlap):
    kept = []
    for i in sorted(range(len(scores)), key=lambda k: -scores[k].item()):
        if all(float(torchvision.ops.box_iou(boxes[i : i + 1], boxes[k : k + 1])) <= overlap for k in kept):
            kept.append(i)
    return torch.tensor(kept)

def suppress_by_matrix(boxes, scores, overlap):
    overlaps, alive, kept = torchvision.ops.box_iou(boxes, boxes), torch.ones(len(boxes), dtype=torch.bool), []
    while alive.any():
        best = int(torch.where(alive, scores, -torch.inf).argmax())
        kept.append(best)
        alive &= overlaps[best] <= overlap
        alive[best] = False
    return torch.tensor(kept)

def suppress_by_calling_itself(boxes, scores, overlap):
    def go(order):
        if not len(order):
            return []
        covered = torchvision.ops.box_iou(boxes[order[:1]], boxes[order[1:]])[0] > overlap
        return [order[0], *go(order[1:][~covered])]

    return torch.stack(go(scores.argsort(descending=True)))

def suppress_in_numpy(boxes, scores, overlap):
    b, order, kept = boxes.numpy(), np.argsort(-scores.numpy()), []
    area = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    while order.size:
        i, rest = order[0], order[1:]
        kept.append(i)
        sides = np.minimum(b[i, 2:], b[rest, 2:]) - np.maximum(b[i, :2], b[rest, :2])
        both = np.clip(sides, 0, None).prod(axis=1)
        order = rest[both / (area[i] + area[rest] - both) <= overlap]
    return torch.from_numpy(np.array(kept))

class ResidualInARow(torch.nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.body = torch.nn.Sequential(
            torch.nn.Conv2d(channels, out, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(out, out, 3, padding="same"))
        self.project = torch.nn.Conv2d(channels, out, 1) if channels != out else None

    def forward(self, x):
        return F.relu(self.body(x) + (x if self.project is None else self.project(x)))

class ResidualProjectedFirst(torch.nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.project = torch.nn.Sequential(*[torch.nn.Conv2d(channels, out, kernel_size=1)] * (channels != out))
        self.conv1 = torch.nn.Conv2d(channels, out, kernel_size=3, padding=1)
        self.conv2 = torch.nn.Conv2d(out, out, kernel_size=3, padding=1)

    def forward(self, x):
        kept = self.project(x)
        y = self.conv2(self.conv1(x).relu())
        y += kept
        return y.relu_()

class ResidualByParameters(torch.nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        sizes = [(out, channels, 3, 3), (out, out, 3, 3)] + [(out, channels, 1, 1)] * (channels != out)
        self.kernels = torch.nn.ParameterList([torch.randn(size) for size in sizes])
        self.biases = torch.nn.ParameterList([torch.zeros(out) for _ in sizes])

    def forward(self, x):
        y = F.conv2d(x, self.kernels[0], self.biases[0], padding=1).clamp(min=0)
        y = F.conv2d(y, self.kernels[1], self.biases[1], padding=1)
        if len(self.kernels) == 3:
            x = F.conv2d(x, self.kernels[2], self.biases[2])
        return torch.maximum(x + y, torch.zeros(()))

class ResidualInTwoKinds(torch.nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.same, self.relu = channels == out, torch.nn.ReLU(inplace=True)
        self.one, self.two = (torch.nn.Conv2d(c, out, 3, 1, 1) for c in (channels, out))
        if not self.same:
            self.by = torch.nn.Conv2d(channels, out, 1)

    def forward(self, x):
        y = self.relu(self.one(x))
        y = self.two(y)
        return self.relu(y + x) if self.same else self.relu(y + self.by(x))

class ResidualInFloat64(ResidualInARow):
    def forward(self, x):
        return super().forward(x).double()

def dice_by_sets(prediction, truth):
    a = {tuple(place) for place in prediction.nonzero().tolist()}
    b = {tuple(place) for place in truth.nonzero().tolist()}
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0

def dice_with_floats(prediction, truth):
    p, t = prediction.float(), truth.float()
    if p.sum() == 0 and t.sum() == 0:
        return torch.tensor(1.0)
    return 2 * (p * t).sum() / (p.sum() + t.sum())

def dice_from_iou(prediction, truth):
    union = (prediction | truth).sum()
    if union == 0:
        return 1
    iou = (prediction & truth).sum() / union
    return (2 * iou / (1 + iou)).item()

def dice_with_numpy(prediction, truth):
    p, t = prediction.numpy(), truth.numpy()
    both = np.logical_and(p, t).sum()
    return 2.0 * both / (p.sum() + t.sum()) if p.any() or t.any() else np.float32(1)

def dice_from_counts(prediction, truth):
    hits = (prediction & truth).sum().item()
    false_alarms, misses = (prediction & ~truth).sum().item(), (~prediction & truth).sum().item()
    if hits + false_alarms + misses == 0:
        return 1.0
    return hits / (hits + (false_alarms + misses) / 2)

def averages_by_loops(images, labels, new):
    answers = []
    for image in new:
        distances = []
        for kind in range(int(labels.max()) + 1):
            members = [one for one, label in zip(images, labels, strict=True) if label == kind]
            distances.append(((image - sum(members) / len(members)) ** 2).sum().item())
        answers.append(distances.index(min(distances)))
    return torch.tensor(answers)

def averages_in_numpy(images, labels, new):
    images, labels, new = (part.numpy() for part in (images, labels, new))
    averages = [images[labels == kind].mean(axis=0) for kind in np.unique(labels)]
    return torch.from_numpy(np.argmin([np.linalg.norm(new - average, axis=1) for average in averages], axis=0))

def averages_by_products(images, labels, new):
    averages = torch.stack([images[labels == kind].double().mean(0) for kind in labels.unique()])
    return (new.double() @ averages.T - averages.square().sum(1) / 2).argmax(1)

def averages_by_one_hot(images, labels, new):
    members = F.one_hot(labels).double()
    averages = (members.T @ images.double()) / members.sum(0)[:, None]
    return torch.cdist(new.double(), averages).min(dim=1).indices

def averages_broadcast(images, labels, new):
    averages = torch.stack([images[labels == kind].mean(0) for kind in range(labels.max() + 1)])
    return (new[:, None] - averages).pow(2).mean(dim=2).argmin(dim=1)

def mistake_by_loop(logits, labels):
    best, place = 0, None
    for k, (row, label) in enumerate(zip(logits.softmax(1), labels, strict=True)):
        if row.argmax() != label and row.max() > best:
            best, place = row.max(), k
    return place

def mistake_among_the_wrong(logits, labels):
    wrong = (logits.argmax(1) != labels).nonzero().flatten()
    return wrong[logits.softmax(1)[wrong].amax(1).argmax()]

def mistake_by_sorting(logits, labels):
    right, order = logits.argmax(1) == labels, logits.double().softmax(1).amax(1).argsort(descending=True)
    return next(int(k) for k in order if not right[k])

def mistake_in_numpy(logits, labels):
    powers = np.exp(logits.double().numpy())
    shares = powers.max(axis=1) / powers.sum(axis=1)
    return np.where(powers.argmax(axis=1) == labels.numpy(), 0, shares).argmax()

def mistake_with_minus_one(logits, labels):
    largest, answers = logits.log_softmax(dim=1).exp().max(dim=1)
    largest[answers == labels] = -1
    return largest.argmax().item()

def neighbours_by_loops(image):
    images = []
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            images.append(image.clone())
            images[-1][row, column] *= -1
    return torch.stack(images)

def neighbours_in_a_list(image):
    images = [image.flatten().tolist() for _ in range(image.numel())]
    for place, pixels in enumerate(images):
        pixels[place] = -pixels[place]
    return torch.tensor(images).reshape(-1, *image.shape)

def neighbours_by_eye(image):
    turned = 1 - 2 * torch.eye(image.numel())
    return (image.flatten() * turned).view(image.numel(), *image.shape)

def fit_without_an_optimizer(model, loader, lr, epochs):
    model.train()
    averages = []
    for _ in range(epochs):
        total = count = 0
        for x, y in loader:
            model.zero_grad()
            (loss := F.cross_entropy(model(x), y)).backward()
            with torch.no_grad():
                for weight in model.parameters():
                    weight -= lr * weight.grad
            total, count = total + loss.detach() * len(y), count + len(y)
        averages.append(total / count)
    return averages

def fit_with_autograd_alone(model, loader, lr, epochs):
    weights, averages = list(model.train().parameters()), []
    for _ in range(epochs):
        losses = []
        for x, y in loader:
            each = F.cross_entropy(model(x), y, reduction="none")
            for weight, slope in zip(weights, torch.autograd.grad(each.mean(), weights), strict=True):
                weight.data = weight.data - lr * slope
            losses += each.tolist()
        averages.append(np.mean(losses))
    return tuple(averages)

def fit_clearing_last(model, loader, lr, epochs):
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr), torch.nn.CrossEntropyLoss()
    averages = torch.zeros(epochs)
    for epoch in range(epochs):
        model.train()
        for x, y in loader:
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            averages[epoch] += loss.item() * len(x) / len(loader.dataset)
    return averages

def fit_from_sums(model, loader, lr, epochs):
    model.train(True)
    averages, optimizer = [], torch.optim.SGD(model.parameters(), lr=lr, momentum=0)
    for _ in range(epochs):
        sums = []
        for x, y in loader:
            optimizer.zero_grad(set_to_none=False)
            total = F.cross_entropy(model(x), y, reduction="sum")
            (total / len(x)).backward()
            optimizer.step()
            sums.append(total)
        averages.append(float(sum(sums)) / len(loader.dataset))
    return averages

def fit_with_lists(model, loader, lr, epochs):
    averages = []
    for _ in range(epochs):
        optimizer, losses, sizes = torch.optim.SGD(model.train().parameters(), lr=lr), [], []
        for x, y in loader:
            for weight in model.parameters():
                weight.grad = None
            loss = -model(x).log_softmax(1)[range(len(y)), y].mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(y))
        averages.append(np.average(losses, weights=sizes))
    return averages

def accuracy_at_once(model, loader):
    was, _ = model.training, model.eval()
    with torch.no_grad():
        right = torch.cat([model(x).argmax(1) == y for x, y in loader])
    model.train(was)
    return right.float().mean()

@torch.inference_mode()
def accuracy_in_inference_mode(model, loader):
    was = model.training
    model.train(False)
    right = sum(int((model(x).max(dim=1).indices == y).sum()) for x, y in loader)
    model.train(was)
    return torch.tensor(right / len(loader.dataset))

@torch.no_grad()
def accuracy_with_numpy(model, loader):
    was = model.training
    answers, labels = zip(*((model.eval()(x).numpy().argmax(1), y.numpy()) for x, y in loader), strict=True)
    model.train(was)
    return (np.concatenate(answers) == np.concatenate(labels)).mean()

def accuracy_by_image(model, loader):
    was, right, count = model.training, 0, 0
    model.eval()
    for x, y in loader:
        for image, label in zip(x, y, strict=True):
            with torch.no_grad():
                right += bool(model(image[None]).argmax() == label)
            count += 1
    model.train(was)
    return right / count

def accuracy_with_care(model, loader):
    was, shares = model.training, []
    try:
        with torch.set_grad_enabled(False):
            for x, y in loader:
                model.eval()
                shares.append((model(x).softmax(1).argmax(1) == y).double().mean() * len(y) / len(loader.dataset))
    finally:
        (model.train if was else model.eval)()
    return sum(shares)

def scores_by_counting(rows, digit):
    hits = rows[digit][digit]
    answered, labelled = sum(row[digit] for row in rows), sum(rows[digit])
    return hits / answered, hits / labelled, 2 / (answered / hits + labelled / hits)


def batches_by_loader(pixels, labels, size):
    dataset = torch.utils.data.TensorDataset((pixels[:, None] / 255 - 0.5) / 0.5, labels)
    return torch.utils.data.DataLoader(dataset, size, shuffle=True)

def batches_by_generator(pixels, labels, size):
    order = torch.randperm(len(labels))
    for start in range(0, len(order), size):
        index = order[start : start + size]
        yield pixels[index, None].double() * 2 / 255 - 1, labels[index]

def batches_by_lists(pixels, labels, size):
    order, found = torch.randperm(len(labels)).tolist(), []
    while order:
        index, order = order[:size], order[size:]
        images = torch.stack([pixels[k].float().div(255).sub(0.5).div(0.5)[None] for k in index])
        found.append((images, torch.tensor([labels[k] for k in index])))
    return found

def batches_in_numpy(pixels, labels, size):
    order = np.random.default_rng(int(torch.randint(10**6, ()))).permutation(len(labels))
    parts = np.split(order, range(size, len(order), size))
    return [(torch.from_numpy(pixels.numpy()[part][:, None] / np.float32(127.5) - 1), labels[part]) for part in parts]

def batches_shuffled_first(pixels, labels, size):
    order = torch.rand(len(labels)).argsort()
    images = pixels[order].unsqueeze(1) / 127.5 - 1
    return list(zip(images.split(size), labels[order].split(size), strict=True))

def parts_by_grad(weight, images, labels, sizes):
    start, total = 0, 0
    for size in sizes:
        copy = weight.detach().clone().requires_grad_()
        part = slice(start, start + size)
        loss = F.cross_entropy(images[part] @ copy.T, labels[part])
        total = total + size / sum(sizes) * torch.autograd.grad(loss, copy)[0]
        start += size
    return total

def parts_by_layer(weight, images, labels, sizes):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = weight.clone()
    for x, y in zip(images.split(sizes), labels.split(sizes), strict=True):
        F.cross_entropy(layer(x), y, reduction="sum").backward()
    return layer.weight.grad / len(images)

def parts_by_hand(weight, images, labels, sizes):
    found = []
    for x, y in zip(images.split(sizes), labels.split(sizes), strict=True):
        push = (x @ weight.T).softmax(dim=1)
        push[torch.arange(len(y)), y] -= 1
        found.append(push.T @ x / len(y))
    return torch.stack([len_k * g for len_k, g in zip(sizes, found, strict=True)]).sum(0) / sum(sizes)

def parts_with_shares(weight, images, labels, sizes):
    copy = weight.clone().requires_grad_()
    losses = [F.cross_entropy(x @ copy.T, y) for x, y in zip(images.split(sizes), labels.split(sizes), strict=True)]
    torch.dot(torch.stack(losses), torch.tensor(sizes) / sum(sizes)).backward()
    return copy.grad

def parts_in_float64(weight, images, labels, sizes):
    copy = weight.double().requires_grad_()
    F.cross_entropy(images.double() @ copy.T, labels).backward()
    return copy.grad

def chunk_by_counting_back(turn, machine, machines):
    number = machine
    for _ in range(turn):
        number = number - 1 if number else machines - 1
    return number

def drops_by_loops(score, image, side):
    whole, drops = score(image), []
    for row in range(image.shape[0] - side + 1):
        drops.append([])
        for column in range(image.shape[1] - side + 1):
            copy_ = image.detach().clone()
            for r in range(side):
                for c in range(side):
                    copy_[row + r, column + c] = -1.0
            drops[-1].append(whole - score(copy_))
    return torch.tensor(drops)

def drops_by_mask(score, image, side):
    rows, columns = (torch.arange(n) for n in image.shape)
    def drop(top, left):
        inside = ((rows >= top) & (rows < top + side))[:, None] & ((columns >= left) & (columns < left + side))
        return score(image) - score(torch.where(inside, -1.0, image))
    height, width = image.shape
    return torch.tensor([[drop(t, w) for w in range(width - side + 1)] for t in range(height - side + 1)])

def drops_by_unfolding(score, image, side):
    copies = image.repeat(image.shape[0] - side + 1, image.shape[1] - side + 1, 1, 1)
    drops = torch.empty(copies.shape[:2], dtype=torch.float64)
    for top, row in enumerate(copies):
        for left, one in enumerate(row):
            one.unfold(0, side, 1).unfold(1, side, 1)[top, left].fill_(-1)
            drops[top, left] = score(image) - score(one)
    return drops

def drops_in_numpy(score, image, side):
    height, width = (n - side + 1 for n in image.shape)
    drops = np.zeros((height, width))
    for place in np.ndindex(height, width):
        hidden = image.numpy().copy()
        hidden[tuple(slice(n, n + side) for n in place)] = -1
        drops[place] = score(image) - score(torch.from_numpy(hidden))
    return torch.from_numpy(drops)

def drops_in_a_list(score, image, side):
    width = image.shape[1] - side + 1
    places = [divmod(n, width) for n in range((image.shape[0] - side + 1) * width)]
    hidden = [F.pad(torch.ones(side, side), (c, width - 1 - c, r, image.shape[0] - side - r)) for r, c in places]
    return torch.tensor([score(image) - score(image * (1 - h) - h) for h in hidden]).view(-1, width)

def noise_by_bisection(W, x, label):
    def ahead(e):
        return all(
            (W[label] - row) @ x.double() - e * (W[label] - row).abs().sum() >= 0
            for k, row in enumerate(W.double()) if k != label
        )
    W, low, high = W.double(), 0.0, 1000.0
    for _ in range(60):
        low, high = ((low + high) / 2, high) if ahead((low + high) / 2) else (low, (low + high) / 2)
    return low

def noise_by_broadcasting(W, x, label):
    others = W[torch.arange(len(W)) != label]
    return (((W[label] - others) * x).sum(1) / (W[label] - others).abs().sum(1)).min()

def noise_in_numpy(W, x, label):
    difference = np.delete(W.numpy()[label] - W.numpy(), label, axis=0)
    return (difference @ x.numpy() / np.abs(difference).sum(axis=1)).min()

def noise_by_cdist(W, x, label):
    logits = W @ x
    ratios = (logits[label] - logits) / torch.cdist(W[None, label], W, p=1)[0]
    return ratios.nan_to_num(torch.inf).min().item()

def integrated_backwards(slope, image, steps):
    total = torch.zeros_like(image)
    for step in reversed(range(steps)):
        share = (2 * step + 1) / (2 * steps)
        total += slope(share * image - (1 - share))
    return total / steps * (image - (-1))

def integrated_in_numpy(slope, image, steps):
    points = np.linspace(-np.ones_like(image), image.numpy(), 2 * steps + 1)[1::2]
    return torch.from_numpy(np.mean([slope(torch.from_numpy(p)).numpy() for p in points], axis=0)) * (image + 1)

def integrated_stretch_by_stretch(slope, image, steps):
    stretch, here, total = (image + 1) / steps, -torch.ones_like(image), 0
    for _ in range(steps):
        total, here = total + slope(here + stretch / 2) * stretch, here + stretch
    return total

def gap_by_edges(confidence, right, bins):
    total = 0.0
    for k in range(bins):
        last = k == bins - 1
        inside = (confidence >= k / bins) & ((confidence < (k + 1) / bins) | last)
        if inside.any():
            off = confidence[inside].mean() - right[inside].double().mean()
            total += inside.double().mean().item() * abs(off.item())
    return total

def gap_by_histogram(confidence, right, bins):
    off, _ = np.histogram(confidence, bins=bins, range=(0, 1), weights=right.numpy() - confidence.numpy())
    return np.abs(off).sum() / len(right)

def gap_by_bucketize(confidence, right, bins):
    place = torch.bucketize(confidence, torch.arange(1, bins) / bins, right=True)
    return torch.zeros(bins).index_add(0, place, confidence - right.float()).abs().sum() / len(right)

def gap_with_weights(confidence, right, bins):
    member = F.one_hot((confidence * bins).long().clamp(max=bins - 1), bins).float()
    count = member.sum(0)
    distance = (confidence @ member - right.float() @ member).abs() / count.clamp(min=1)
    return (distance * count).sum() / count.sum()

def gap_by_loop(confidence, right, bins):
    off = [0.0] * bins
    for sure, correct in zip(confidence.tolist(), right.tolist(), strict=True):
        off[min(int(sure * bins), bins - 1)] += sure - correct
    return sum(map(abs, off)) / len(right)

RIGHT = {
    "accuracy_of": [
        lambda logits, labels: (logits.argmax(1) == labels).double().mean(),
        lambda logits, labels: np.mean(logits.numpy().argmax(axis=1) == labels.numpy()),
        lambda logits, labels: (logits.softmax(dim=1).max(dim=1)[1] == labels).sum() / len(labels),
        lambda logits, labels: 1 - (logits.topk(1).indices[:, 0] != labels).float().mean().item(),
        lambda logits, labels: (logits.gather(1, labels[:, None]) == logits.amax(1, keepdim=True)).float().mean(),
    ],
    "nearest_average": [
        averages_by_loops, averages_in_numpy, averages_by_products, averages_by_one_hot, averages_broadcast,
    ],
    "surest_mistake": [
        mistake_by_loop, mistake_among_the_wrong, mistake_by_sorting, mistake_in_numpy, mistake_with_minus_one,
    ],
    "neighbours": [
        neighbours_by_loops, neighbours_in_a_list, neighbours_by_eye,
        lambda image: torch.where(torch.eye(image.numel()).bool(), -image.flatten(), image.flatten())
        .view(-1, *image.shape),
        lambda image: image - 2 * torch.diag(image.flatten()).view(-1, *image.shape),
    ],
    "output_size": [
        lambda n, k, s, p, d: math.floor((n + 2 * p - d * (k - 1) - 1) / s + 1),
        lambda n, k, s, p, d: len(range(0, n + 2 * p - d * (k - 1), s)),
        lambda n, k, s, p, d: int((n + 2 * p - (d * (k - 1) + 1)) / s) + 1,
        lambda n, k, s, p, d: F.max_pool1d(torch.zeros(1, n + 2 * p), k, s, dilation=d).shape[1],
        lambda n, k, s, p, d: np.floor_divide(n + 2 * p - d * k + d - 1, s) + 1,
    ],
    "conv_layer": [
        layer_slowly, layer_all_then_skip, layer_in_float64, layer_by_one_product, layer_channel_by_channel,
    ],
    "mystery_kernel": [
        lambda mystery: mystery(F.pad(torch.ones(1, 1), (2, 2, 2, 2))).flip(0, 1),
        mystery_by_nine_windows, mystery_from_a_long_image, mystery_by_digits, mystery_by_solving,
    ],
    "kernel_golf": [
        lambda play: play([[-2, -1, 2], [-1, 4, -1], [2, -1, -2]], -6.6),
        lambda play: play(torch.tensor([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]), -4.2),
        lambda play: play(np.array([[0, -1, 0], [0, 0, 2], [0, 2, 0]]), torch.tensor(-4.7)),
        lambda play: play([[-1, 0, 1], [0, 1, 0], [1, 0, -1]], -3.713),
        lambda play: play([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]], -7.8),
    ],
    "see_everything": [
        lambda look: look([(32, 4, 2), (32, 3, 2), (32, 4, 1), (32, 3, 1)]),
        lambda look: look([(32, 2, 2), (32, 2, 2), (32, 5, 1), (32, 3, 1)]),
        lambda look: look([(40, 2, 2), (40, 2, 2), (32, 3, 2), (32, 3, 1)]),
        lambda look: look(((32, 4, 4), (32, 3, 2), (32, 3, 1))),
        lambda look: look([[32, 1, 1], [32, 2, 2], [32, 2, 2], [32, 3, 2], [32, 3, 1]]),
    ],
    "max_pool": [
        lambda image, k, stride: image.unfold(0, k, stride).unfold(1, k, stride).amax(dim=(2, 3)),
        lambda image, k, stride: F.max_pool2d(image[None, None], k, stride)[0, 0],
        lambda image, k, stride: image.double().unfold(0, k, stride).amax(-1).unfold(1, k, stride).amax(-1),
        lambda image, k, stride: torch.stack(
            [
                torch.stack([image[i : i + k, j : j + k].max() for j in range(0, image.shape[1] - k + 1, stride)])
                for i in range(0, image.shape[0] - k + 1, stride)
            ]
        ),
        pool_by_loops,
    ],
    "pooled_size": [
        lambda n, k, s, ceil_mode: F.max_pool1d(torch.zeros(1, n), k, s, ceil_mode=ceil_mode).shape[1],
        lambda n, k, s, c: min(math.ceil((n - k) / s) + 1, math.ceil(n / s)) if c else math.floor((n - k) / s) + 1,
        lambda n, k, s, c: np.int64((n - k) // s + 1 + (c and (n - k) % s != 0 and ((n - k) // s + 1) * s < n)),
        pooled_by_trying, pooled_by_remainder,
    ],
    "max_pool_gradient": [
        lambda image, gradient: (
            (image == torch.kron(F.max_pool2d(image[None], 2)[0], torch.ones(2, 2)))
            * torch.kron(gradient, torch.ones(2, 2))
        ),
        pool_gradient_by_argmax, pool_gradient_at_once, pool_gradient_by_indices, pool_gradient_by_autograd,
    ],
    "mystery_pool": [
        lambda pool: ((rows := pool(torch.arange(50)[:, None].expand(50, 9))[:, 0].int())[0] + 1, rows[1] - rows[0]),
        lambda pool: (pool(torch.arange(900).view(30, 30))[0, 0].int() // 31 + 1, int(-pool(-pixel_columns())[0, 1])),
        pool_by_trying, pool_by_bright_pixels, pool_by_sizes,
    ],
    "best_patch": [
        lambda images, maps: images.unfold(1, 8, 2).unfold(2, 8, 2).flatten(0, 2)[int(maps.argmax())],
        lambda images, maps: best_patch_by_loops(images.tolist(), maps.tolist()),
        lambda images, maps: best_patch_by_division(images, maps, *maps.shape[1:]),
        lambda images, maps: best_patch_by_where(images, (maps == maps.max()).nonzero()[0].tolist()),
        lambda images, maps: best_patch_by_where(images, np.unravel_index(maps.numpy().argmax(), maps.shape)).double(),
    ],
    "bump": [
        lambda x, m, w: (F.relu(x - m + w) - 2 * F.relu(x - m) + F.relu(x - m - w)) / w,
        lambda x, m, w: F.relu(1 - (F.relu(x - m) + F.relu(m - x)) / w),
        lambda x, m, w: F.relu(1 - F.relu((x - m) / w) - F.relu((m - x) / w)).double(),
        lambda x, m, w: F.relu(torch.minimum((x - m) / w + 1, 1 - (x - m) / w)),
        lambda x, m, w: torch.stack([torch.relu(1 - abs(one - m) / w) for one in x]),
    ],
    "larger": [
        lambda a, b: a + F.relu(b - a),
        lambda a, b: F.relu(a - b) + F.relu(b) - F.relu(-b),
        lambda a, b: (a + b + F.relu(a - b) + F.relu(b - a)) / 2,
        lambda a, b: torch.where(a > b, a, b).double(),
        lambda a, b: torch.from_numpy(np.maximum(a.numpy(), b.numpy())),
    ],
    "features_for": [
        lambda side, p: 64 * (((side + 2 * p - 2) // 2 + 2 * p - 2) // 2) ** 2,
        lambda side, p: 64 * ((side + 6 * p - 6) // 4) ** 2,
        lambda side, p: 64 * math.floor((side - 6 + 6 * p) / 4) ** 2,
        lambda side, p: np.int64(64) * ((side // 2 + 3 * (p - 1)) // 2) ** 2,
        features_by_trying,
    ],
    "blind": [
        lambda labels, classes: torch.bincount(labels, minlength=classes) / len(labels),
        lambda labels, classes: (labels[:, None] == torch.arange(classes)).double().mean(0),
        lambda labels, classes: torch.from_numpy(np.bincount(labels.numpy(), minlength=classes) / len(labels)),
        lambda labels, classes: torch.eye(classes)[labels].sum(0) / labels.numel(),
        share_by_counting, share_by_loop,
    ],
    "cross_entropy": [
        lambda logits, labels: -(logits - logits.logsumexp(dim=1, keepdim=True)).gather(1, labels[:, None]).mean(),
        lambda logits, labels: (logits.logsumexp(1) - logits[torch.arange(len(labels)), labels]).mean(),
        lambda logits, labels: -(F.one_hot(labels, logits.shape[1]) * logits.log_softmax(-1)).sum() / len(labels),
        lambda logits, labels: sum(x.logsumexp(0) - x[y] for x, y in zip(logits, labels, strict=True)) / len(labels),
        loss_by_rows, loss_by_differences,
    ],
    "loss_gradient": [
        lambda logits, labels: (logits.softmax(1) - F.one_hot(labels, logits.shape[1]).float()) / labels.numel(),
        lambda logits, labels: torch.autograd.functional.jacobian(lambda x: F.cross_entropy(x, labels), logits),
        lambda logits, labels: (F.softmax(logits.double(), 1) - torch.eye(logits.shape[1])[labels]).div(len(logits)),
        lambda logits, labels: (
            F.log_softmax(logits, 1).exp().sub(F.one_hot(labels, logits.shape[-1])).mul(1 / len(labels))
        ),
        gradient_by_loops,
    ],
    "pushed": [
        pushed_in_place, pushed_in_a_list, pushed_by_recursion, pushed_by_autograd, pushed_by_an_optimizer,
    ],
    "find_temperature": [
        lambda soft: 1 / math.log(soft(torch.tensor([1.0, 0.0]))[0] / soft(torch.tensor([1.0, 0.0]))[1]),
        lambda soft: 1 / torch.logit(soft(torch.tensor([0.0, 1.0]))[1]),
        lambda soft: -1 / math.log(1 / soft(torch.tensor([1.0, 0.0]))[0].item() - 1),
        temperature_by_logits, temperature_of_a_batch,
    ],
    "Value": [ByAge, ByWaiting, ByASet, ByDepth, ByTorch],
    "dense_half": [dense_by_autograd, dense_by_images, dense_with_einsum, dense_in_float64, dense_in_place],
    "block_backward": [
        block_by_autograd, block_by_torchs_own, block_by_windows, block_transposed, block_in_float64,
    ],
    "conv_input_gradient": [
        lambda kernel, d: F.conv_transpose2d(d[None, None], kernel[None, None])[0, 0],
        lambda kernel, d: F.conv_transpose2d(kernel.double()[None, None], d.double()[None, None])[0, 0],
        input_gradient_by_pixels, input_gradient_by_kernel, input_gradient_by_padding,
    ],
    "bottom": [
        lambda losses, rate: rate * (1 + (losses[0] - losses[2]) / 2 / (losses[0] + losses[2] - 2 * losses[1])),
        lambda losses, rate: np.poly1d(np.polyfit([0, rate, 2 * rate], losses, 2)).deriv().roots[0],
        lambda losses, rate: (lambda a, b, c: -b / (2 * a))(*np.polyfit((0.0, rate, 2 * rate), losses, 2)),
        bottom_by_lagrange, bottom_by_one_newton_step,
    ],
    "SGD": [SGDOverState, SGDInPlace, SGDInFloat64, SGDOverGroups, SGDFromHistory],
    "rate_at": [
        lambda n, steps, warm, peak: peak * min((n + 1) / warm if warm else 1, 0.5 + 0.5 * math.cos(
            math.pi * max(n - warm, 0) / (steps - warm))),
        lambda n, steps, warm, peak: np.float64(rate_by_sine(n, steps, warm, peak)),
        rate_by_lists, rate_of_torch, rate_by_sine,
    ],
    "Adam": [AdamOverState, AdamByWeights, AdamAsInThePaper, AdamOfTorch, AdamWithItsOwnPowers],
    "fit": [
        fit_without_an_optimizer, fit_with_autograd_alone, fit_clearing_last, fit_from_sums, fit_with_lists,
    ],
    "accuracy": [
        accuracy_at_once, accuracy_in_inference_mode, accuracy_with_numpy, accuracy_by_image, accuracy_with_care,
    ],
    "fault": [
        lambda number: dict(zip(range(1, 8), "CDEFAGB", strict=True))[number],
        lambda number: ["C", "D", "E", "F", "A", "G", "B"][number - 1],
        lambda number: " CDEFAGB"[number],
        lambda number: chr(number - 1 + ord("C")) if number < 5 else "AGB"[number - 5],
        lambda number: next(letter for at, letter in enumerate("CDEFAGB", 1) if at == number),
    ],
    "scores": [
        lambda m, d: (m[d, d] / m[:, d].sum(), m[d, d] / m[d].sum(), 2 * m[d, d] / (m[:, d].sum() + m[d].sum())),
        lambda m, d: m[d, d] / torch.stack([m[:, d].sum(), m[d].sum(), (m[:, d] + m[d]).sum() / 2]),
        lambda m, d: np.array(scores_by_counting(m.numpy(), d)),
        lambda m, d: scores_by_counting(m.tolist(), d),
        lambda m, d: (*(pr := scores_by_counting(m.tolist(), d)[:2]), statistics.harmonic_mean(pr)),
    ],
    "Dropout": [DropoutByWhere, DropoutByIndex, DropoutByAutograd, DropoutInFloat64, DropoutByFilling],
    "BatchNorm": [
        NormByTorch, NormFlat, NormBySquares, NormThatCopies,
        lambda channels: torch.nn.BatchNorm2d(channels, affine=False),
    ],
    "EarlyStopping": [StopByWaiting, StopByHistory, StopByEpochs, StopByLeft, StopByNumpy],
    "batches": [
        batches_by_loader, batches_by_generator, batches_by_lists, batches_in_numpy, batches_shuffled_first,
    ],
    "share": [
        lambda before, after, times: (before - after) / (before - before / times),
        lambda before, after, times: times * (before - after) / before / (times - 1),
        lambda before, after, times: torch.tensor((1 - after / before) / (1 - 1 / times)),
        lambda before, after, times: np.float64(before - after) / before * (1 + 1 / (times - 1)),
        lambda before, after, times: np.linalg.solve([[1, 1], [1, 1 / times]], [before, after])[1] / before,
        lambda before, after, times: next(s for s in np.arange(0, 1, 1e-5) if (1 - s + s / times) * before <= after),
    ],
    "in_parts": [parts_by_grad, parts_by_layer, parts_by_hand, parts_with_shares, parts_in_float64],
    "chunk": [
        chunk_by_counting_back,
        lambda turn, machine, machines: (machine - turn + 1) % machines,
        lambda turn, machine, machines: (machine + (machines - 1) * turn) % machines,
        lambda turn, machine, machines: np.mod(machine - turn, machines),
        lambda turn, machine, machines: torch.tensor(machine - turn).remainder(machines),
        lambda turn, machine, machines: list(range(machines))[(machine - turn) % machines],
    ],
    "gain": [
        lambda a, b: (np.subtract(b, a).mean(), np.subtract(b, a).std(ddof=1) / len(a) ** 0.5),
        lambda a, b: (
            statistics.mean(d := [y - x for x, y in zip(a, b, strict=True)]), statistics.stdev(d) / math.sqrt(len(d))
        ),
        lambda a, b: ((d := torch.tensor(b).double() - torch.tensor(a).double()).mean(), d.std() / len(d) ** 0.5),
        lambda a, b: np.array([np.mean(b) - np.mean(a), (np.var(np.subtract(a, b), ddof=1) / len(a)) ** 0.5]),
        gain_by_loops,
    ],
    "iou": [
        lambda first, second: (
            (both := math.prod(max(0, min(first[i + 2], second[i + 2]) - max(first[i], second[i])) for i in (0, 1)))
            / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)) - both)
        ),
        iou_by_names, iou_with_torch, iou_with_numpy, iou_by_counting,
    ],
    "suppress": [
        lambda boxes, scores, overlap: torchvision.ops.nms(boxes.double(), scores.double(), overlap),
        suppress_by_loops, suppress_by_matrix, suppress_by_calling_itself, suppress_in_numpy,
    ],
    "Residual": [
        ResidualInARow, ResidualProjectedFirst, ResidualByParameters, ResidualInTwoKinds, ResidualInFloat64,
    ],
    "dice": [
        dice_by_sets, dice_with_floats, dice_from_iou, dice_with_numpy, dice_from_counts,
    ],
    "covered_drops": [
        drops_by_loops, drops_by_mask, drops_by_unfolding, drops_in_numpy, drops_in_a_list,
    ],
    "least_noise": [
        noise_by_bisection, noise_by_broadcasting, noise_in_numpy, noise_by_cdist,
        lambda W, x, label: min(
            (W[label] - row) @ x / (W[label] - row).norm(p=1) for k, row in enumerate(W) if k != label
        ),
    ],
    "integrated": [
        lambda slope, image, steps: sum(
            slope(torch.lerp(-torch.ones_like(image), image, (k + 0.5) / steps)) for k in range(steps)
        ) * (image + 1) / steps,
        lambda slope, image, steps: (image + 1) * torch.stack(
            [slope(-1 + (image + 1) * share) for share in (torch.arange(steps) + 0.5) / steps]
        ).mean(dim=0),
        integrated_backwards, integrated_in_numpy, integrated_stretch_by_stretch,
    ],
    "calibration_gap": [
        gap_by_edges, gap_by_histogram, gap_by_bucketize, gap_with_weights, gap_by_loop,
    ],
}

# Small changes of the folded solutions that change no result for the inputs that the exercise promises: the reason,
# and for each exercise the changes as `mutants` tells them.
EQUIVALENT = {
    "many answers are right": {"kernel_golf": ["`"], "see_everything": ["`"]},
    "the same chunks, by other numbers": {
        "chunk": ["the result were turned round in sign", "the result were 1 smaller", "were `turn - machine`"],
    },
    "as many digits as labels": {
        "batches": ["`len(labels)` were `len("], "in_parts": ["`len(labels)` were `len(", "`len(y)` were `len("],
    },
    "neither waits for the other": {"batches": ["were `order = torch.randperm(len(labels)); images"]},
    "a byte divided is a float": {"batches": ["`.float()` were missing"]},
    "a number so small only keeps 0 from being divided by 0": {
        "Adam": ["`square.sqrt() + 1e-08` were `square.sqrt() "],
        "BatchNorm": ["`variance + 1e-05` were `variance + 5e-06`"],
    },
    "numbers that are all alike": {
        "BatchNorm": ["`torch.ones(1, channels, 1, 1)` were", "`torch.zeros(1, channels, 1, 1)`"],
    },
    "nobody asks for their gradients": {"BatchNorm": ["`variance.detach()` were", "`mean.detach()` were"]},
    "the quotient is a whole number": {"BatchNorm": ["were `x.numel() // x.shape[1]`"]},
    "a number other than 0 is true": {"EarlyStopping": ["the result were turned round", "the result were doubled"]},
    "1 is divided by more than a half, which leaves the difference": {"Adam": ["were `1 % "]},
    "both signs are turned, and the cosine does not mind": {
        "rate_at": ["`step - warmup` were `warmup - step`", "`steps - warmup` were `warmup - steps`"],
    },
    "an axis counted from the end": {
        "covered_drops": ["`drops[0]` were `drops[-1]`"],
        "BatchNorm": ["`(0, 2, 3)` were `(0, -2, 3)`"],
        "dense_half": ["`dim=1` were `dim=-1`"],
        "block_backward": ["`(0, 2, 3)` were `(0, -2, 3)`", "`K.flip(2, 3)` were `K.flip(-2, 3)`"],
        "conv_layer": ["`2` were `-2`", "`(1, 2, 3)` were `(1, -2, 3)`"],
        "mystery_kernel": ["like `mystery(image).flip(0, -1)`"],
        "accuracy_of": ["`dim=1` were `dim=-1`"],
        "accuracy": ["`dim=1` were `dim=-1`"],
        "nearest_average": ["`dim=1` were `dim=-1`"],
        "surest_mistake": ["`dim=1` were `dim=-1`"],
        "max_pool_gradient": ["`gradient.shape[1]` were `gradient.shape[-1]`"],
        "cross_entropy": ["`dim=1` were `dim=-1`"],
        "pushed": ["`dim=0` were `dim=-1`"],
        "find_temperature": ["`p[1]` were `p[-1]`"],
        "loss_gradient": ["`dim=1` were `dim=-1`", "`logits.shape[1]` were `logits.shape[-1]`"],
        "iou": ["`first[2]` were `first[-2]`", "`second[2]` were `second[-2]`"],
    },
    "a gradient on the way is not compared for itself": {
        "block_backward": ["`d_a=d_a` were", "like `dict(d_z=d_z, "],
    },
    "the order does not matter": {
        "least_noise": ["`difference @ x` were `x @ difference`"],
        "calibration_gap": ["`confidence[inside] - …` were `… - confidence[inside]`"],
        "suppress": ["`(i, kept)` were `(kept, i)`"],
        "BatchNorm": ["`(0, 2, 3)` were `(2, 0, 3)`", "`(0, 2, 3)` were `(0, 3, 2)`"],
        "gain": ["`d - mean` were `mean - d`"],
        "Value": ["`(self, other)` were `(other, self)`", "`max(self.data, 0.0)` were `max(0.0, self.data)`"],
        "block_backward": ["(1, 0)`", "`(0, 2, 3)` were `(2, 0, 3)`", "`(0, 2, 3)` were `(0, 3, 2)`", "`K.flip(3, 2)`"],
        "conv_layer": ["`(1, 2, 3)` were `(2, 1, 3)`", "`(1, 2, 3)` were `(1, 3, 2)`"],
        "mystery_kernel": ["like `mystery(image).flip(1, 0)`"],
        "iou": [
            "`min(first[2], second[2])` were `min(second[2], first[2])`",
            "`max(first[0], second[0])` were `max(second[0], first[0])`",
            "`min(first[3], second[3])` were `min(second[3], first[3])`",
            "`max(first[1], second[1])` were `max(second[1], first[1])`",
            "`max(width, 0.0)` were `max(0.0, width)`",
            "`max(height, 0.0)` were `max(0.0, height)`",
            "`(first, second)` were `(second, first)`",
        ],
    },
    "neither of two lines uses the other's result": {
        "calibration_gap": ["`place = (confidence * bins).long().clamp(max=bins - 1); total = 0` were"],
        "Residual": ["`def ", "`self.first = torch.nn", "`self.second = torch.nn"],
        "suppress": ["`from torchvision"],
        "fit": [
            "`optimizer = torch.optim.SGD(model.parameters(), lr=lr); model.train()`",
            "`model.train(); means = []` were",
            "`optimizer.zero_grad(); loss = F.", "`optimizer.step(); total += ",
        ],
        "accuracy": ["`model.eval(); right = 0`"],
        "scores": ["`precision = right / matrix[:, digit].sum().item(); recall"],
        "Dropout": ["`def "],
        "BatchNorm": [
            "`def ", "`super().__init__(); self", "1, 1); self.running_var",
            "`mean = x.mean(dim=(0, 2, 3), keepdim=True); v", "keepdim=True); count",
            "`unbiased = variance.detach() * count / (count - 1); self", "mean.detach(); self",
        ],
        "EarlyStopping": ["`def ", "`self.lowest, self.waited = (loss, 0); self.weights"],
        "SGD": ["`def "],
        "Adam": [
            "`def ", "`self.means = [torch", "`self.squares = [torch", "`self.means[i] = self",
            "`self.squares[i] = self", "`mean = self",
        ],
        "bottom": ["`slope = (4 * middle"],
        "rate_at": ["`if step < warmup; done"],
        "Value": ["`def ", "`self.data, self.grad = (data, 0.0); ", "`order = []; def", "`visit(self); self.grad"],
        "dense_half": [
            "`d_W2 = d_logits.T @ a; d_b2", "`d_b2 = d_logits.sum(0); d_a", "`d_W1 = d_z.T @ x; d_b1",
            "`d_b1 = d_z.sum(0); d_x",
        ],
        "block_backward": ["padding=1).transpose(0, 1); d_b =", "`d_b = d_z.sum((0, 2, 3)); d_x"],
        "conv_layer": [
            "`image = F.pad(image, (padding,) * 4); kh, kw",
            "`rows = (image.shape[1] - kh) // stride + 1; columns",
        ],
        "neighbours": ["`images = image.repeat(image.numel(), 1, 1); places"],
        "pooled_size": ["`if not ceil_mode; size = -(-(n - k) // s) + 1` were"],
        "cross_entropy": ["`log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log(); rows = "],
        "loss_gradient": ["`p = F.softmax(logits, dim=1); y = F.one_hot(labels, logits.shape[1])` were"],
        "iou": ["`width = min(first[2], second[2]) - max(first[0], second[0]); height", "`both = max(width, 0.0) *"],
        "dice": ["`areas = (prediction.sum() + truth.sum()).item(); overlap = (prediction & truth).sum().item()` were"],
    },
    "the model has the parameters of its optimiser, and an image one label": {
        "fit": ["`optimizer.zero_grad` were `model.zero_grad`", "`len(images)` were `len(labels)`"],
    },
    "the number is the same in a tensor": {
        "least_noise": ["`.item()` were missing"],
        "calibration_gap": ["`.item()` were missing"],
        "fit": ["`.item()` were missing"],
        "accuracy": ["`.item()` were missing"],
        "scores": [
            "`matrix[digit, digit].item()` were", "`matrix[:, digit].sum().item()` were",
            "`matrix[digit].sum().item()` were",
        ],
        "find_temperature": ["`.item()` were missing", "`torch.tensor` were missing"],
        "accuracy_of": ["like `(logits.argmax(dim=1) == labels).float().mean()`"],
        "surest_mistake": ["like `(largest * (answers != labels)).argmax()`"],
        "dice": ["`(prediction.sum() + truth.sum()).item()` were", "`(prediction & truth).sum().item()` were"],
    },
    "-1 divides and multiplies alike; 1 more for the wrong ones puts them above all others": {
        "neighbours": ["`… *= -1` were `… /= -1`"],
        "surest_mistake": ["`largest * (answers != labels)` were `largest + (answers != labels)`"],
    },
    "there are as many of the one as of the other": {
        "calibration_gap": ["`len(right)` were `len("],
        "BatchNorm": ["`x.shape` were `"],
        "gain": ["`len(differences)` were `len("],
        "dense_half": ["`len(x)` were `len(", "`len(b2)` were `len(W2)`"],
        "conv_layer": ["`len(weight)` were `len(bias)`"],
        "cross_entropy": ["`len(labels)` were `len("],
        "loss_gradient": ["`len(logits)` were `len(", "`logits.shape` were `p.shape`"],
    },
    "the first loss is always a new lowest": {
        "EarlyStopping": ["`(patience, 0, float('inf'))` were `(patience, -1", "were `(patience, 1, float('inf'))`"],
    },
    "no number lies beyond the limit, or just on it": {
        "EarlyStopping": ["like `self.waited == self.patience`"],
        "max_pool_gradient": ["`image[place] == image[place].max()` were `image[place] >= image[place].max()`"],
    },
    "a ramp of any size will do, and any two neighbours in it": {
        "mystery_pool": [
            "`…(40, 1)` were", "`torch.arange(40.0)` were", "`(0, :2)` were `(-1, :2)`", "`(0, :2)` were `(1, :2)`",
        ],
    },
    "torch takes the last axis by itself": {
        "dense_half": ["`F.softmax(logits, dim=1)` were `F.softmax("],
        "loss_gradient": ["`F.softmax(logits, dim=1)` were `F.softmax("],
        "pushed": ["`F.softmax(logits, dim=0)` were `F.softmax("],
    },
    "what ReLU stops is where it stops it; a winner below 0 is stopped in any case": {
        "Value": ["`float` were missing"],
        "dense_half": ["`z > 0` were `a > 0`"],
        "block_backward": ["`F.relu` were missing", "`z > 0` were `a > 0`", "`F.max_pool2d(z, 2, "],
    },
}
# fmt: on
