// The pad: a digit drawn in the page is read by SimpleCNN in the page (network.js). The square to draw on is the
// notebook's own (helpers/figures/canvas.js), here without a kernel.

const LAYERS = {  // maps, side of a map, maps in a row
  conv1: [32, 28, 8], pool1: [32, 14, 8], conv2: [64, 14, 16], pool2: [64, 7, 16], fc1: [128, 1, 32],
};
const weights = {};
weights.come = new Promise(resolve => { weights.arrived = resolve; });
weights.load = () => {  // 1.1 MB, when a hand comes near
  weights.load = () => {};
  fetchScript("weights");
};
window.liveWeights = base64 => weights.arrived(new SimpleCNN(base64));

// Called by the script of a pad. ink: what it holds at first, base64 of one byte a pixel. named: maps of conv2 that have
// a name, which are then shown in place of all, with logits in place of probabilities, as in the notebook.
window.livePad = (name, { side, ink, named }) => {
  const place = places.get(name), listeners = [];
  const state = { side, answer: "", value: new DataView(bytesOf(ink).buffer) };
  const pad = document.createElement("div"), picture = pictureAfter(place);
  const beside = document.createElement("div"), below = document.createElement("div");
  place.classList.add("with-pad");
  beside.className = below.className = "layers";
  const model = {
    get: key => state[key],
    set: (key, value) => { state[key] = value; },
    on: (_, listener) => listeners.push(listener),
    save_changes: async () => {
      weights.load();
      const network = await weights.come;
      const pixels = Float32Array.from({ length: side * side }, (_, n) => state.value.getUint8(n) / 255);
      state.answer = showLayers(beside, below, likeMnist(pixels, side), network, Object.entries(named));
      listeners.forEach(listener => listener());
      picture.classList.add("still");
    },
  };
  canvasWidget.render({ model, el: pad });
  pad.addEventListener("pointerenter", () => weights.load());
  pad.addEventListener("focusin", () => weights.load());
  place.append(pad, beside, below);
};

// Draws what every layer makes of the image; returns the answer in words.
function showLayers(beside, below, image, network, names) {
  const empty = image.every(pixel => pixel === -1);
  const every = network.forward(image), exps = every.logits.map(logit => Math.exp(logit - Math.max(...every.logits)));
  const total = exps.reduce((a, b) => a + b), chances = [...exps].map(exp => exp / total);
  const best = every.logits.indexOf(Math.max(...every.logits)), told = names.length ? every.logits : chances;
  const kind = names.length ? "logit" : "probability", digits = names.length ? 1 : 2;
  const maps = layer => every[layer].map(value => empty ? 0 : value);
  beside.replaceChildren(
    titled("what it sees", drawMaps(image, 1, 28, 1, grey)),
    titled(names.length ? "ten logits" : "ten probabilities", bars([...told], empty ? -1 : best, digits)),
  );
  const layers = names.length ? ["conv1"] : Object.keys(LAYERS);
  below.replaceChildren(...layers.map(layer => {
    const [count, side, columns] = LAYERS[layer];
    const title = `${layer}: ${count}${side > 1 ? ` × ${side}×${side}` : ""}`;
    return titled(title, drawMaps(maps(layer), count, side, columns, red));
  }));
  const conv2 = maps("conv2"), most = Math.max(1, ...conv2);
  for (const [name, channel] of names) {
    const map = conv2.subarray(196 * channel, 196 * channel + 196), figure = titled(name, drawMaps(map, 1, 14, 1, red, most));
    figure.className = "named";
    below.append(figure);
  }
  return empty ? "nothing drawn yet" : `answer ${best}, ${kind} ${told[best].toFixed(digits)}`;
}

// A number for each digit, and a bar where it is positive.
function bars(numbers, best, digits) {
  const list = document.createElement("ol"), longest = Math.max(1, ...numbers);
  list.start = 0;
  numbers.forEach((number, digit) => {
    const line = document.createElement("li"), bar = document.createElement("span");
    const shown = best < 0 ? 0 : number;
    bar.style.width = `${8 * Math.max(0, shown) / longest}em`;
    if (digit === best) line.className = "best";
    line.append(`${digit} `, bar, ` ${shown.toFixed(digits).replace("-", "−")}`);
    list.append(line);
  });
  return list;
}

function titled(name, content) {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  caption.textContent = name;
  figure.append(caption, content);
  return figure;
}

// Maps (count, side, side) side by side, a pixel of a map as one of the canvas; the value `most` has the full colour.
function drawMaps(values, count, side, columns, colour, most = values.reduce((a, b) => Math.max(a, b)) || 1) {
  const canvas = document.createElement("canvas"), step = side + (side > 1 && count > 1 ? 1 : 0);
  Object.assign(canvas, { width: columns * step, height: count / columns * step });
  canvas.setAttribute("aria-hidden", "true");
  const ink = canvas.getContext("2d"), picture = ink.createImageData(canvas.width, canvas.height);
  values.forEach((value, n) => {
    const map = Math.floor(n / (side * side)), row = Math.floor(n / side) % side, column = n % side;
    const at = (Math.floor(map / columns) * step + row) * canvas.width + map % columns * step + column;
    picture.data.set([...colour(value / most), 255], 4 * at);
  });
  ink.putImageData(picture, 0, 0);
  return canvas;
}

const grey = value => [1, 1, 1].map(() => 127.5 * (value + 1));
// From pale at zero to the red of positive numbers in the notebooks' pictures.
const red = value => [[244, 215], [244, 48], [244, 31]].map(([pale, full]) => pale + (full - pale) * value);
