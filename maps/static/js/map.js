// Mounting a scene: base, sheets, labels, hover, popup, switches, list.
"use strict";

Wangge.unpackScene = function (scene) {
  const base = scene.base;
  for (const layer of Object.values(base)) {
    layer.shapes = Wangge.shapes(layer.shapes);
    if (layer.kind) layer.kind = Wangge.numbers(layer.kind);
    if (layer.name) layer.name = Wangge.numbers(layer.name);
    if (layer.points) layer.spot = Wangge.spots(Wangge.shapes(layer.points));
  }
  for (const sheet of scene.sheets) {
    sheet.shapes = Wangge.shapes(sheet.shapes);
    sheet.spot = Wangge.spots(sheet.points ? Wangge.shapes(sheet.points) : sheet.shapes);
    sheet.style = Wangge.numbers(sheet.style);
    sheet.marked = sheet.styles.some((name) => scene.palette.style[name].symbol);
  }
  return scene;
};

Wangge.mount = function (map, data) {
  const scene = Wangge.unpackScene(data), { palette, base, sheets } = scene;
  const state = { hover: null, chosen: null };
  const shown = () => sheets.filter((s) => s.shown);
  const wiped = sheets.some((s) => s.side), views = [];
  for (const side of wiped ? ["before", "after"] : [""]) {
    const pane = side === "after" ? map.createPane("after") && "after" : "overlayPane";
    views.push(...Wangge.sheetsOn(pane, scene, (s) => s.shown && (!s.side || s.side === side)));
  }
  const light = new Wangge.Canvas((pen) => Wangge.paintLight(pen, state, palette), { pane: "markerPane" });

  map.fitBounds([Wangge.toLatLng(scene.box[0], scene.box[3]), Wangge.toLatLng(scene.box[2], scene.box[1])], { padding: [14, 14], animate: false });
  map.setMinZoom(Math.floor(map.getZoom()) - 2);
  for (const canvas of [...views, light]) canvas.addTo(map);
  light._container.classList.add("light");
  const wipe = wiped ? new Wangge.Wipe(map) : null;
  const under = (latlng) => (wiped ? shown().filter((s) => !s.side || s.side === wipe.side(latlng)) : shown());
  Wangge.controls(map, scene);

  let desk = null;
  const tell = (sheet, i, at) => {
    state.chosen = { sheet, i };
    light.redraw();
    const card = Wangge.card(sheet, i);
    if (desk) desk.offer(card, sheet, i);
    const popup = L.popup({ maxWidth: 300, minWidth: 180, autoPanPadding: [20, 20] }).setLatLng(at).setContent(card);
    popup.once("remove", () => { state.chosen = null; light.redraw(); });
    popup.openOn(map);
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "关闭 Close");
  };
  const list = new Wangge.List(document.getElementById("list"), (sheet, i) => {
    Wangge.goTo(map, sheet, i);
    const middle = Wangge.toLatLng(sheet.spot.x[i], sheet.spot.y[i]);
    if (sheet.shapes.first[i + 1] > sheet.shapes.first[i]) tell(sheet, i, middle);
    map.getContainer().scrollIntoView({ block: "nearest" });
  });
  const refresh = () => {
    for (const canvas of views) canvas.redraw();
    list.offer(shown().filter((s) => s.listed && s.rows.length));
  };
  Wangge.switches(sheets, () => { refresh(); if (desk && desk.turned) desk.turned(); });
  list.offer(shown().filter((s) => s.listed && s.rows.length));

  map.on("click", (e) => {
    const hit = Wangge.hit(map, under(e.latlng), palette, e.latlng);
    if (desk && desk.take(e.latlng, hit)) return;
    if (hit) tell(hit.sheet, hit.i, e.latlng);
  });
  let waiting = false;
  map.on("mousemove", (e) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const hit = Wangge.hit(map, under(e.latlng), palette, e.latlng);
      if ((hit && hit.i) === (state.hover && state.hover.i) && (hit && hit.sheet) === (state.hover && state.hover.sheet)) return;
      state.hover = hit;
      map.getContainer().classList.toggle("over", Boolean(hit));
      light.redraw();
    });
  });
  map.on("mouseout", () => { state.hover = null; light.redraw(); });
  Wangge.onPaper(map);
  const [, areas, words] = views;
  scene.repaint = (box) => {
    state.hover = null;
    light.redraw();
    areas.redraw(box);
    clearTimeout(scene.later);
    scene.later = setTimeout(() => words.redraw(), 40);
  };
  scene.relist = () => { if (list.sheet) list.fill(); };
  if (Wangge.Desk) desk = new Wangge.Desk(map, scene);
  document.fonts.ready.then(() => { for (const canvas of views) canvas.redraw(); window.__mapReady = performance.now(); });
};

// As it was on the left of a line, as it would be on the right; the line is a slider.
Wangge.Wipe = class {
  constructor(map, { pane = "after", left = false } = {}) {
    this.map = map;
    this.pane = map.getPane(pane);
    this.left = left;
    const bar = Wangge.element("div", null, { class: "wipe" });
    this.line = Wangge.element("input", null, { type: "range", min: 0, max: 100, value: 50, step: 1, "aria-label": "左边现状，右边方案 Left as it is, right as planned" });
    this.rule = Wangge.element("span", null, { class: "rule", "aria-hidden": "true" });
    bar.append(this.rule, Wangge.twice(Wangge.element("b", null, { class: "was" }), ["现状", "Now"]), this.line, Wangge.twice(Wangge.element("b", null, { class: "will" }), ["方案", "Plan"]));
    this.bar = bar;
    this.cut = this.cut.bind(this);
    map.getContainer().parentElement.append(bar);
    L.DomEvent.disableClickPropagation(bar);
    this.line.addEventListener("input", this.cut);
    map.on("move zoom zoomend resize viewreset", this.cut);
    this.cut();
  }

  remove() {
    this.map.off("move zoom zoomend resize viewreset", this.cut);
    this.bar.remove();
  }

  at() { return (this.map.getSize().x * this.line.value) / 100; }

  cut() {
    const x = this.at(), to = this.map.getSize();
    const near = this.map.containerPointToLayerPoint([0, 0]), far = this.map.containerPointToLayerPoint(to);
    const [from, end] = this.left ? [near.x, near.x + x] : [near.x + x, far.x];
    this.pane.style.clip = `rect(${near.y}px,${end}px,${far.y}px,${from}px)`;
    this.rule.style.transform = `translateX(${x}px)`;
  }

  side(latlng) { return this.map.latLngToContainerPoint(latlng).x < this.at() ? "before" : "after"; }
};

// Paper has another shape than the screen: show the same extent on it, and come back.
Wangge.onPaper = function (map) {
  let seen = null;
  matchMedia("print").addEventListener("change", (media) => {
    if (media.matches) seen = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
    map.closePopup().invalidateSize({ animate: false });
    if (media.matches) map.fitBounds(seen.bounds, { animate: false });
    else if (seen) map.setView(seen.centre, seen.zoom, { animate: false });
  });
};

// Three canvases, one upon another: the ground stays as it is while areas and words change.
// On paper they are one picture, for not every reader lays pictures one upon another.
Wangge.sheetsOn = function (pane, scene, wanted) {
  const { palette, base } = scene, open = () => scene.sheets.filter(wanted);
  const ground = (pen) => Wangge.paintBase(pen, base, palette), words = (pen) => Wangge.paintWords(pen, open(), base, palette);
  const areas = (pen) => {
    if (pen.paper) ground(pen);
    Wangge.paintAreas(pen, scene, open());
    if (pen.paper) words(pen);
  };
  return [[ground, "ground"], [areas, "areas"], [words, "words"]].map(([draw, name]) => new Wangge.Canvas(draw, { pane, name }));
};

Wangge.paintAreas = function (pen, { palette, base, sheets }, open) {
  for (const sheet of open) {
    Wangge.paintSheet(pen, sheet, palette);
    if (!sheet.choice) continue;
    const wider = sheets.filter((s) => s.choice === sheet.choice);
    for (const parent of wider.slice(0, wider.indexOf(sheet)).reverse()) Wangge.paintBorders(pen, parent, palette);
  }
  Wangge.paintOutline(pen, base, palette);
};

Wangge.paintWords = function (pen, sheets, base, palette) {
  const labels = new Wangge.Labels(pen, palette);
  const upward = [...sheets].reverse();
  for (const sheet of sheets) Wangge.paintSymbols(pen, labels, sheet, palette);
  for (const sheet of upward) Wangge.labelSheet(pen, labels, sheet, palette);
  Wangge.labelBase(pen, labels, base, palette);
};

Wangge.paintLight = function (pen, state, palette) {
  for (const [what, width] of [[state.hover, 2.6], [state.chosen, 3.4]]) {
    if (!what) continue;
    const { sheet, i } = what, look = palette.style[sheet.styles[sheet.style[i]]], { ctx } = pen;
    if (look.symbol) {
      ctx.beginPath();
      ctx.arc(sheet.spot.x[i] * pen.scale - pen.x0, sheet.spot.y[i] * pen.scale - pen.y0, look.size / 2 + 5, 0, 7);
    } else {
      ctx.beginPath();
      Wangge.trace(pen, sheet.shapes, i, true);
    }
    ctx.lineWidth = width + 2.4;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.lineWidth = width;
    ctx.strokeStyle = "#16324a";
    ctx.stroke();
  }
};

// The topmost feature under a place: symbols first, then the areas of the highest sheet.
Wangge.hit = function (map, sheets, palette, latlng) {
  const at = map.project(latlng, Wangge.UNIT_ZOOM), near = 2 ** (Wangge.UNIT_ZOOM - map.getZoom());
  const upward = [...sheets].reverse().filter((s) => s.rows.length);
  for (const sheet of [...upward.filter((s) => s.marked), ...upward]) {
    let best = null, least = Infinity;
    for (let i = 0; i < sheet.shapes.count; i++) {
      const mark = Wangge.markOf(palette, sheet, i);
      const far = mark ? Math.hypot(sheet.spot.x[i] - at.x, sheet.spot.y[i] - at.y) / near : Infinity;
      if (mark && far < Math.max(12, mark.size / 2 + 3)) {
        if (far < least) { best = i; least = far; }
      } else if (Wangge.meets(sheet.shapes, i, { west: at.x, east: at.x, north: at.y, south: at.y }) && Wangge.inside(sheet.shapes, i, at.x, at.y)) {
        const b = sheet.shapes.box, size = 1e6 + (b[4 * i + 2] - b[4 * i]) * (b[4 * i + 3] - b[4 * i + 1]);
        if (size < least) { best = i; least = size; }
      }
    }
    if (best !== null) return { sheet, i: best };
  }
  return null;
};

Wangge.goTo = function (map, sheet, i) {
  const b = sheet.shapes.box, k = 4 * i;
  if (!(b[k] <= b[k + 2])) return;
  const bounds = L.latLngBounds(Wangge.toLatLng(b[k], b[k + 3]), Wangge.toLatLng(b[k + 2], b[k + 1]));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds(bounds, { padding: [60, 60], maxZoom: 16.5, animate: !calm });
};

Wangge.switches = function (sheets, refresh) {
  for (const input of document.querySelectorAll("input[data-sheet]"))
    input.addEventListener("change", () => {
      for (const other of document.querySelectorAll("input[data-sheet]")) {
        const sheet = sheets.find((s) => s.key === other.dataset.sheet);
        sheet.shown = other.checked;
        const keys = document.getElementById("keys-" + sheet.key);
        if (keys) keys.hidden = !sheet.shown;
      }
      refresh();
    });
};

Wangge.controls = function (map, scene) {
  map.attributionControl.setPrefix("Leaflet").addAttribution(scene.credit);
  L.control.zoom({ position: "topleft", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  const whole = L.control({ position: "topleft" });
  whole.onAdd = () => {
    const bar = Wangge.element("div", null, { class: "leaflet-bar" });
    const button = Wangge.element("button", "全图", { type: "button", class: "whole", title: "看全图 Whole map" });
    const start = map.getBounds();
    button.addEventListener("click", () => map.fitBounds(start));
    L.DomEvent.disableClickPropagation(bar);
    bar.append(button);
    return bar;
  };
  whole.addTo(map);
  const north = L.control({ position: "topright" });
  north.onAdd = () => {
    const sign = Wangge.element("div", null, { class: "north", role: "img", "aria-label": "上北下南 North is up" });
    sign.append(Wangge.element("span", "▲"), Wangge.element("span", "北"));
    return sign;
  };
  north.addTo(map);
};
