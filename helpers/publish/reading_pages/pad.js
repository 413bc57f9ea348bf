// The pad: a digit drawn in the page is read by SimpleCNN in the page (network.js). The square to draw on is the
// notebook's own (helpers/figures/canvas.js), here without a kernel.

const LAYERS = [  // name, maps, side of a map, maps in a row
  ["conv1", 32, 28, 8], ["pool1", 32, 14, 8], ["conv2", 64, 14, 16], ["pool2", 64, 7, 16], ["fc1", 128, 1, 32],
];
const weights = {};
weights.come = new Promise(resolve => { weights.arrived = resolve; });
weights.load = () => {  // 1.1 MB, when a hand comes near
  weights.load = () => {};
  const script = document.createElement("script");
  script.src = "live/weights.js";
  document.head.append(script);
};
window.liveWeights = base64 => weights.arrived(new SimpleCNN(base64));

// Called by the script of a pad; ink: what it holds at first, base64 of one byte a pixel.
window.livePad = (name, { side, ink }) => {
  const place = document.querySelector(`[data-figure="${name}"]`);
  const bytes = Uint8Array.from(atob(ink), letter => letter.charCodeAt(0));
  const state = { side, answer: "", value: new DataView(bytes.buffer) }, listeners = [];
  const pad = document.createElement("div"), shown = document.createElement("div"), picture = pictureAfter(place);
  shown.className = "layers";
  const model = {
    get: key => state[key],
    set: (key, value) => { state[key] = value; },
    on: (_, listener) => listeners.push(listener),
    save_changes: async () => {
      weights.load();
      const network = await weights.come;
      const pixels = Float32Array.from({ length: side * side }, (_, n) => state.value.getUint8(n) / 255);
      state.answer = showLayers(shown, likeMnist(pixels, side), network);
      listeners.forEach(listener => listener());
      picture.classList.add("still");
    },
  };
  canvasWidget.render({ model, el: pad });
  pad.addEventListener("pointerenter", () => weights.load());
  pad.addEventListener("focusin", () => weights.load());
  place.append(pad, shown);
};

// Draws what every layer makes of the image; returns the answer in words.
function showLayers(place, image, network) {
  const empty = image.every(pixel => pixel === -1);
  const every = network.forward(image), exps = every.logits.map(logit => Math.exp(logit - Math.max(...every.logits)));
  const total = exps.reduce((a, b) => a + b), chances = [...exps].map(exp => empty ? 0 : exp / total);
  const best = chances.indexOf(Math.max(...chances));
  const answer = empty ? "nothing drawn yet" : `answer ${best}, probability ${chances[best].toFixed(2)}`;
  place.replaceChildren(named("what it sees", drawMaps(image, 1, 28, 1, grey)));
  for (const [layer, count, side, columns] of LAYERS) {
    const values = empty ? every[layer].map(() => 0) : every[layer];
    place.append(named(`${layer}: ${count}${side > 1 ? ` × ${side}×${side}` : ""}`, drawMaps(values, count, side, columns, red)));
  }
  const bars = document.createElement("ol");
  bars.start = 0;
  chances.forEach((chance, digit) => {
    const line = document.createElement("li"), bar = document.createElement("span");
    bar.style.width = `${8 * chance}em`;
    if (digit === best && !empty) line.className = "best";
    line.append(`${digit} `, bar, ` ${chance.toFixed(2)}`);
    bars.append(line);
  });
  place.append(named("ten probabilities", bars));
  return answer;
}

function named(name, content) {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  caption.textContent = name;
  figure.append(caption, content);
  return figure;
}

// Maps (count, side, side) side by side, a pixel of a map as one of the canvas; the largest value has the full colour.
function drawMaps(values, count, side, columns, colour) {
  const canvas = document.createElement("canvas"), step = side + (side > 1 && count > 1 ? 1 : 0);
  Object.assign(canvas, { width: columns * step, height: count / columns * step });
  canvas.setAttribute("aria-hidden", "true");
  const ink = canvas.getContext("2d"), picture = ink.createImageData(canvas.width, canvas.height);
  const most = values.reduce((a, b) => Math.max(a, b)) || 1;
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
