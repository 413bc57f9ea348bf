// SimpleCNN in the page: the same numbers as helpers/model.py gives (a test compares them), and the way from ink to an
// image that helpers/figures/canvas.py goes. A tensor is a Float32Array; its shape is said beside it.

class SimpleCNN {
  // base64: all weights in half precision, in the order of the network's state_dict.
  constructor(base64) {
    const halves = new Uint16Array(bytesOf(base64).buffer);
    let read = 0;
    const take = count => Float32Array.from(halves.subarray(read, read += count), fromHalf);
    const layer = (outputs, inputs) => ({ weight: take(outputs * inputs), bias: take(outputs) });
    this.conv1 = layer(32, 9);
    this.conv2 = layer(64, 32 * 9);
    this.fc1 = layer(128, 64 * 7 * 7);
    this.fc2 = layer(10, 128);
  }

  // Every layer's answer to an image (28 * 28), pixels from -1 to 1.
  forward(image) {
    const every = {};
    every.conv1 = relu(conv2d(image, 1, 28, this.conv1));
    every.pool1 = maxPool2d(every.conv1, 32, 28);
    every.conv2 = relu(conv2d(every.pool1, 32, 14, this.conv2));
    every.pool2 = maxPool2d(every.conv2, 64, 14);
    every.fc1 = relu(linear(every.pool2, this.fc1));
    every.logits = linear(every.fc1, this.fc2);
    return every;
  }
}

// A kernel of 3x3 with padding 1 over maps (channels, side, side).
function conv2d(maps, channels, side, { weight, bias }) {
  const wide = side + 2, framed = new Float32Array(channels * wide * wide);
  for (let c = 0; c < channels; c++) for (let row = 0; row < side; row++) {
    framed.set(maps.subarray((c * side + row) * side, (c * side + row + 1) * side), (c * wide + row + 1) * wide + 1);
  }
  const output = new Float32Array(bias.length * side * side);
  for (let o = 0; o < bias.length; o++) for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) {
    let sum = bias[o];
    for (let c = 0; c < channels; c++) for (let k = 0; k < 3; k++) {
      const w = ((o * channels + c) * 3 + k) * 3, x = (c * wide + row + k) * wide + column;
      sum += weight[w] * framed[x] + weight[w + 1] * framed[x + 1] + weight[w + 2] * framed[x + 2];
    }
    output[(o * side + row) * side + column] = sum;
  }
  return output;
}

const relu = values => values.map(value => Math.max(0, value));

// The largest of each 2x2, in maps (channels, side, side).
function maxPool2d(maps, channels, side) {
  const half = side / 2;
  return Float32Array.from({ length: channels * half * half }, (_, n) => {
    const column = n % half, row = Math.floor(n / half) % half, channel = Math.floor(n / (half * half));
    const x = (channel * side + 2 * row) * side + 2 * column;
    return Math.max(maps[x], maps[x + 1], maps[x + side], maps[x + side + 1]);
  });
}

function linear(values, { weight, bias }) {
  return bias.map((sum, o) => values.reduce((total, value, n) => total + value * weight[o * values.length + n], sum));
}

// Half precision: a sign, five bits of exponent, ten of fraction.
function fromHalf(half) {
  const sign = half >> 15 ? -1 : 1, exponent = half >> 10 & 31, fraction = half & 1023;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * fraction / 1024);
}

// Ink (side * side), 0 none and 1 full, prepared as MNIST was: 28 * 28 pixels from -1 to 1. Like like_mnist in Python.
function likeMnist(ink, side) {
  const image = new Float32Array(28 * 28).fill(-1), rows = [], columns = [];
  ink.forEach((value, n) => { if (value > 0.1) { rows.push(Math.floor(n / side)); columns.push(n % side); } });
  if (!rows.length) return image;
  const top = Math.min(...rows), left = Math.min(...columns);
  const height = Math.max(...rows) + 1 - top, width = Math.max(...columns) + 1 - left;
  const scale = 20 / Math.max(height, width);
  const [tall, wide] = [height, width].map(length => Math.max(1, toEven(length * scale)));
  const down = shares(height, tall), across = shares(width, wide);
  const narrow = Array.from({ length: height }, (_, row) => across.map(share =>
    share.reduce((sum, [at, part]) => sum + part * ink[(top + row) * side + left + at], 0)));
  const small = down.map(share => across.map((_, column) =>
    Math.min(1, share.reduce((sum, [at, part]) => sum + part * narrow[at][column], 0))));
  const massOfRow = small.map(row => row.reduce((a, b) => a + b));
  const massOfColumn = across.map((_, column) => small.reduce((sum, row) => sum + row[column], 0));
  const y = offset(massOfRow), x = offset(massOfColumn);
  small.forEach((row, r) => row.forEach((value, c) => { image[(y + r) * 28 + x + c] = 2 * value - 1; }));
  return image;
}

// Which of `from` pixels make each of `to`, and by what part: a triangle as wide as the pixels it gathers.
function shares(from, to) {
  const scale = from / to, reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, n) => {
    const centre = scale * (n + 0.5), share = [];
    for (let at = Math.max(0, Math.trunc(centre - reach + 0.5)); at < Math.min(from, Math.trunc(centre + reach + 0.5)); at++) {
      share.push([at, Math.max(0, 1 - Math.abs(at + 0.5 - centre) / reach)]);
    }
    const whole = share.reduce((sum, [, part]) => sum + part, 0);
    return share.map(([at, part]) => [at, part / whole]);
  });
}

// Where ink of this mass must begin so that its centre of mass lies in the middle, all of it inside.
function offset(mass) {
  const middle = mass.reduce((sum, part, n) => sum + part * (n + 0.5), 0) / mass.reduce((a, b) => a + b);
  const first = Math.round((14 - middle) * 1000) / 1000;
  return Math.min(Math.max(toEven(first), 0), 28 - mass.length);
}

// Rounded as Python does, halves to the even number.
function toEven(number) {
  return Math.abs(number % 1) === 0.5 ? 2 * Math.round(number / 2) : Math.round(number);
}
