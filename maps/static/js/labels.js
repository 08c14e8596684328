// Placing words on the map: theme first, then places, then streets; none upon another.
"use strict";

Wangge.FONT = '"Wangge Sans", "Wangge Ground", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

Wangge.Labels = class {
  constructor(pen, palette) {
    this.pen = pen;
    this.palette = palette;
    this.taken = [];
    this.named = new Map();
  }

  free(box) {
    const [w, n, e, s] = box;
    if (e < 0 || s < 0 || w > this.pen.width || n > this.pen.height) return false;
    return !this.taken.some((b) => b[0] < e && b[2] > w && b[1] < s && b[3] > n);
  }

  take(box) { this.taken.push(box); }

  // Horizontal text around (x, y), in two lines when it is long; false when there is no room.
  place(text, x, y, { size, colour, weight = 400, dy = 0, spacing = 0, room = Infinity, broken = true }) {
    const { ctx } = this.pen;
    ctx.font = `${weight} ${size}px ${Wangge.FONT}`;
    ctx.letterSpacing = `${spacing}px`;
    const rows = broken && text.length > 7 ? Wangge.broken(text) : [text];
    const half = Math.max(...rows.map((row) => ctx.measureText(row).width)) / 2 + 2;
    const high = (rows.length * size * 1.22) / 2 + 1;
    const box = [x - half, y + dy - high, x + half, y + dy + high];
    const fits = half < room * 1.05 && this.free(box);
    if (fits) {
      this.take(box);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      rows.forEach((row, k) => this.write(row, x, y + dy + (k - (rows.length - 1) / 2) * size * 1.22, colour));
    }
    ctx.letterSpacing = "0px";
    return fits;
  }

  write(text, x, y, colour) {
    const { ctx } = this.pen;
    ctx.lineWidth = 3.2;
    ctx.strokeStyle = this.palette.text.halo;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }

  // Characters along a line, upright as Chinese maps have them: steep streets read downwards.
  along(text, line, size, colour) {
    const { ctx } = this.pen;
    ctx.font = `400 ${size}px ${Wangge.FONT}`;
    const latin = /[a-z]/i.test(text);
    const advance = latin ? 0 : size * 1.35;
    const need = latin ? ctx.measureText(text).width + 8 : advance * text.length;
    if (line.length < need + 12) return false;
    const middle = line.length / 2, a = Wangge.alongAt(line, middle - need / 2), b = Wangge.alongAt(line, middle + need / 2);
    const steep = Math.abs(b.y - a.y) > Math.abs(b.x - a.x);
    const backward = steep ? b.y < a.y : b.x < a.x;
    const spots = [];
    const letters = latin ? [text] : [...text];
    for (let k = 0; k < letters.length; k++) {
      const offset = latin ? 0 : (k - (letters.length - 1) / 2) * advance;
      const spot = Wangge.alongAt(line, middle + (backward ? -offset : offset));
      let turn = spot.turn + (backward ? Math.PI : 0);
      if (steep && !latin) turn -= Math.PI / 2;
      turn = Math.atan2(Math.sin(turn), Math.cos(turn));
      if (Math.abs(turn) > 1) return false;
      const r = latin ? need / 2 : size * 0.62;
      const box = latin ? Wangge.turned(spot, r, size * 0.6, turn) : [spot.x - r, spot.y - r, spot.x + r, spot.y + r];
      if (!this.free(box)) return false;
      spots.push({ ...spot, turn, box, letter: letters[k] });
    }
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const spot of spots) {
      this.take(spot.box);
      ctx.save();
      ctx.translate(spot.x, spot.y);
      ctx.rotate(spot.turn);
      this.write(spot.letter, 0, 0, colour);
      ctx.restore();
    }
    return true;
  }

  // Has this name been written within `near` pixels of here? If not, remember that it will be.
  repeats(name, x, y, near) {
    const spots = this.named.get(name) || [];
    return spots.some(([a, b]) => Math.hypot(a - x, b - y) < near);
  }

  remember(name, x, y) {
    this.named.set(name, [...(this.named.get(name) || []), [x, y]]);
  }
};

// Two lines of a long name, broken near the middle but never inside a number or a Latin word,
// and rather after the name of the place than anywhere else.
Wangge.broken = function (text) {
  let best = null, least = Infinity;
  for (let k = 2; k <= text.length - 2; k++) {
    const pair = text.slice(k - 1, k + 1);
    if (/[0-9a-z]{2}/i.test(pair) || /第\d|\d第?[^\s\d]/.test(pair)) continue;
    const cost = Math.abs(k - text.length / 2) - (/[区村道镇街园、]$/.test(text.slice(0, k)) ? 2 : 0);
    if (cost < least) { least = cost; best = k; }
  }
  return best ? [text.slice(0, best), text.slice(best)] : [text];
};

Wangge.turned = function (spot, halfWide, halfHigh, turn) {
  const w = Math.abs(halfWide * Math.cos(turn)) + Math.abs(halfHigh * Math.sin(turn));
  const h = Math.abs(halfWide * Math.sin(turn)) + Math.abs(halfHigh * Math.cos(turn));
  return [spot.x - w, spot.y - h, spot.x + w, spot.y + h];
};

// The part of a line that the view shows, as pixels with running length.
Wangge.lineInView = function (pen, shapes, i) {
  let best = null;
  for (let p = shapes.first[i]; p < shapes.first[i + 1]; p++) {
    let run = [];
    const close = () => {
      const length = run.length ? run[run.length - 1].at : 0;
      if (run.length > 1 && (!best || length > best.length)) best = { points: run, length };
      run = [];
    };
    for (let k = shapes.start[p]; k < shapes.start[p + 1]; k++) {
      const x = shapes.xs[k] * pen.scale - pen.x0, y = shapes.ys[k] * pen.scale - pen.y0;
      if (x < -40 || y < -40 || x > pen.width + 40 || y > pen.height + 40) { close(); continue; }
      const last = run[run.length - 1];
      run.push({ x, y, at: last ? last.at + Math.hypot(x - last.x, y - last.y) : 0 });
    }
    close();
  }
  return best;
};

Wangge.alongAt = function (line, at) {
  const { points } = line;
  let k = 1;
  while (k < points.length - 1 && points[k].at < at) k++;
  const a = points[k - 1], b = points[k], share = (at - a.at) / (b.at - a.at || 1);
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, turn: Math.atan2(b.y - a.y, b.x - a.x) };
};

Wangge.labelBase = function (pen, labels, base, palette) {
  const shown = base.landuse;
  if (shown)
    for (let i = 0; i < shown.shapes.count; i++) {
      const name = shown.names[shown.name[i]], kind = shown.kinds[shown.kind[i]];
      if (!name || !Wangge.meets(shown.shapes, i, pen.view)) continue;
      const wide = (shown.shapes.box[4 * i + 2] - shown.shapes.box[4 * i]) * pen.scale;
      if (wide < 52 || kind === "residential" && pen.zoom < 15.5) continue;
      const x = shown.spot.x[i] * pen.scale - pen.x0, y = shown.spot.y[i] * pen.scale - pen.y0;
      const colour = palette.text[kind === "water" ? "water" : kind === "park" ? "park" : "place"];
      if (labels.repeats(name, x, y, 400)) continue;
      if (labels.place(name, x, y, { size: wide > 160 ? 13 : 11.5, colour, spacing: kind === "water" ? 3 : 0.5, room: Math.max(wide, 50) }))
        labels.remember(name, x, y);
    }
  if (base.barrier) Wangge.labelLines(pen, labels, base.barrier, palette, (kind) => (kind === "river" ? { from: 12, size: 13, colour: palette.text.water } : null));
  if (base.street)
    Wangge.labelLines(pen, labels, base.street, palette, (k) => {
      const c = palette.street[k];
      return { from: c.label_from, size: k < 2 ? 12.5 : 11.5, colour: palette.text.street };
    });
};

Wangge.labelLines = function (pen, labels, lines, palette, lookOf) {
  for (let i = lines.shapes.count - 1; i >= 0; i--) {
    const name = lines.names[lines.name[i]], look = lookOf(lines.kinds[lines.kind[i]]);
    if (!name || !look || pen.zoom < look.from || !Wangge.meets(lines.shapes, i, pen.view)) continue;
    const line = Wangge.lineInView(pen, lines.shapes, i);
    if (!line) continue;
    const middle = Wangge.alongAt(line, line.length / 2);
    if (labels.repeats(name, middle.x, middle.y, 320)) continue;
    if (labels.along(name, line, look.size, look.colour)) labels.remember(name, middle.x, middle.y);
  }
};

// Labels and symbols of a sheet: symbols always, words where there is room.
Wangge.labelSheet = function (pen, labels, sheet, palette) {
  if (!sheet.labels.length || pen.zoom < sheet.labelFrom) return;
  const order = Wangge.byNeed(sheet);
  for (const i of order) {
    const text = sheet.labels[i];
    if (!text || !Wangge.meets(sheet.shapes, i, pen.view)) continue;
    const x = sheet.spot.x[i] * pen.scale - pen.x0, y = sheet.spot.y[i] * pen.scale - pen.y0;
    const look = Wangge.markOf(palette, sheet, i);
    if (look && look.ink) continue;
    const wide = (sheet.shapes.box[4 * i + 2] - sheet.shapes.box[4 * i]) * pen.scale;
    if (look)
      labels.place(text, x, y, { size: 12, weight: 400, colour: palette.text.point, dy: (look.size * Wangge.symbolScale(pen.zoom, look)) / 2 + 10, broken: false });
    else {
      const size = wide > 150 ? 14 : sheet.shapes.count > 150 ? 11.5 : 12.5;
      for (const dy of sheet.bold ? [0, -22, 22, -40, 40] : [0])
        if (labels.place(text, x, y, { size: sheet.bold ? size + 1 : size, weight: sheet.bold ? 700 : 400, colour: palette.text.area, room: wide / 2 + 6, dy })) break;
    }
  }
};

// Largest areas first: their words matter most.
Wangge.byNeed = function (sheet) {
  if (sheet.order) return sheet.order;
  const box = sheet.shapes.box;
  const size = (i) => (box[4 * i + 2] - box[4 * i]) * (box[4 * i + 3] - box[4 * i + 1]);
  sheet.order = [...Array(sheet.shapes.count).keys()].sort((a, b) => size(b) - size(a) || a - b);
  return sheet.order;
};

Wangge.paintSymbols = function (pen, labels, sheet, palette) {
  for (let i = sheet.shapes.count - 1; i >= 0; i--) {
    const look = Wangge.markOf(palette, sheet, i);
    if (!look || !Wangge.meets(sheet.shapes, i, pen.view)) continue;
    const x = sheet.spot.x[i] * pen.scale - pen.x0, y = sheet.spot.y[i] * pen.scale - pen.y0, scale = Wangge.symbolScale(pen.zoom, look), r = (look.size / 2) * scale;
    Wangge.paintSymbol(pen.ctx, look, x, y, scale);
    labels.take([x - r, y - r, x + r, y + r]);
    if (look.ink && sheet.labels[i]) {
      pen.ctx.font = `700 ${sheet.labels[i].length > 2 ? 9.5 : 11}px ${Wangge.FONT}`;
      pen.ctx.textAlign = "center";
      pen.ctx.textBaseline = "middle";
      pen.ctx.fillStyle = look.ink;
      pen.ctx.fillText(sheet.labels[i], x, y + (look.symbol === "triangle" ? 3 : 0.5));
    }
  }
};
