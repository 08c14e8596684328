// Areas that change while one looks at them: features in degrees come in, shapes take their place.
"use strict";

Wangge.unitOf = function ([lon, lat]) {
  const world = 256 * 2 ** Wangge.UNIT_ZOOM, y = Math.asinh(Math.tan((lat * Math.PI) / 180));
  return [Math.round(((lon + 180) / 360) * world), Math.round(((1 - y / Math.PI) / 2) * world)];
};

// One sheet whose areas are named, and can be replaced one by one.
Wangge.Redrawn = class {
  constructor(sheet, values, nameOf) {
    this.sheet = sheet;
    this.values = values;
    this.nameOf = nameOf;
    this.norm = values.norms[sheet.key];
    this.code = sheet.fields.findIndex((f) => f[1] === "Code");
    this.people = sheet.fields.findIndex((f) => f[1] === "Households");
    this.published = this.read();
    this.reset();
  }

  read() {
    const s = this.sheet, seen = new Map(), items = [];
    for (let i = 0; i < s.shapes.count; i++) {
      const code = s.rows[i][this.code], times = (seen.get(code) || 0) + 1;
      const { first, start, xs, ys } = s.shapes, from = start[first[i]] || 0, to = start[first[i + 1]] || 0;
      seen.set(code, times);
      items.push({
        ref: times > 1 ? `${code}#${times}` : code, row: s.rows[i], label: s.labels[i], style: s.styles[s.style[i]],
        households: this.people < 0 ? null : s.rows[i][this.people], parent: null, touched: false, was: null,
        xs: xs.slice(from, to), ys: ys.slice(from, to), rings: Array.from(start.slice(first[i], first[i + 1]), (v, k) => start[first[i] + k + 1] - v),
        spot: [s.spot.x[i], s.spot.y[i]],
      });
    }
    return items;
  }

  reset() {
    this.items = new Map(this.published.map((item) => [item.ref, item]));
    this.lay();
  }

  get(ref) { return this.items.get(ref); }

  at(ref) { return this.index.get(ref); }

  ref(i) { return this.refs[i]; }

  patch(upsert, drop) {
    for (const ref of drop) this.items.delete(ref);
    for (const feature of upsert) this.items.set(feature.properties.code, this.made(feature));
    if (upsert.length || drop.length) this.lay();
  }

  made({ geometry, properties: p }) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const xs = [], ys = [], rings = [], before = this.items.get(p.code);
    for (const ring of polygons.flat()) {
      for (const point of ring.slice(0, -1)) { const [x, y] = Wangge.unitOf(point); xs.push(x); ys.push(y); }
      rings.push(ring.length - 1);
    }
    const named = p.name || p.code.slice(-3), over = this.nameOf(p.parent), row = [...(before ? before.row : this.sheet.fields.map(() => null))];
    row[0] = named;
    row[this.code] = p.code;
    if (this.people >= 0) { row[this.people] = p.households; row[this.people + 1] = p.residents; }
    return {
      ref: p.code, row, label: over && named.startsWith(over) ? named.slice(over.length) : named, style: this.style(p, before),
      households: p.households, parent: p.parent, touched: p.touched, was: p.was, xs: Int32Array.from(xs), ys: Int32Array.from(ys), rings, spot: Wangge.unitOf(p.spot),
    };
  }

  style(p, before) {
    const { styles, dedicated } = this.values;
    if (p.kind === "dedicated" && this.norm) return dedicated;
    if (!this.norm) return before ? before.style : this.published.length ? this.published[0].style : "plain";
    const [least, most] = this.norm, edges = [Math.floor(least / 2), least, most + 1, most + Math.floor(most / 2) + 1];
    return styles[edges.filter((edge) => p.households >= edge).length];
  }

  // Lay all areas out again as flat arrays, as the painters read them.
  lay() {
    const items = [...this.items.values()], s = this.sheet, n = items.length;
    const points = items.reduce((sum, it) => sum + it.xs.length, 0), parts = items.reduce((sum, it) => sum + it.rings.length, 0);
    const shapes = { count: n, xs: new Int32Array(points), ys: new Int32Array(points), start: new Int32Array(parts + 1), first: new Int32Array(n + 1), box: new Float64Array(4 * n) };
    const spot = { x: new Float64Array(n), y: new Float64Array(n) };
    let point = 0, part = 0;
    items.forEach((it, i) => {
      shapes.xs.set(it.xs, point);
      shapes.ys.set(it.ys, point);
      let at = point;
      for (const size of it.rings) { at += size; shapes.start[++part] = at; }
      point += it.xs.length;
      shapes.first[i + 1] = part;
      it.box = it.box || Wangge.boxOf(it);
      shapes.box.set(it.box, 4 * i);
      [spot.x[i], spot.y[i]] = it.spot;
    });
    for (const it of items) if (!s.styles.includes(it.style)) s.styles.push(it.style);
    this.refs = items.map((it) => it.ref);
    this.index = new Map(this.refs.map((ref, i) => [ref, i]));
    Object.assign(s, { shapes, spot, order: null, rows: items.map((it) => it.row), labels: items.map((it) => it.label), style: items.map((it) => s.styles.indexOf(it.style)) });
  }

  // What is changed in the plan, the farthest out of the norm first.
  touched() {
    return [...this.items.values()].filter((it) => it.touched).sort((a, b) => Math.abs(this.off(b)) - Math.abs(this.off(a)) || (a.ref < b.ref ? -1 : 1));
  }

  // Households beyond the norm: above 0 too many, below 0 too few.
  off(item) {
    if (!this.norm || item.households === null) return 0;
    const [least, most] = this.norm;
    return item.households > most ? item.households - most : Math.min(0, item.households - least);
  }
};

Wangge.boxOf = function ({ xs, ys }) {
  let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
  for (let k = 0; k < xs.length; k++) {
    west = Math.min(west, xs[k]);
    east = Math.max(east, xs[k]);
    north = Math.min(north, ys[k]);
    south = Math.max(south, ys[k]);
  }
  return [west, north, east, south];
};

// Areas that share a stretch of border with one: two vertices in common.
Wangge.neighbours = function (redrawn, ref) {
  const me = redrawn.get(ref), mine = new Set(), [w, n, e, s] = me.box;
  const key = (x, y) => (x - w) * (s - n + 1) + (y - n), near = (x, y) => x >= w && x <= e && y >= n && y <= s;
  for (let k = 0; k < me.xs.length; k++) mine.add(key(me.xs[k], me.ys[k]));
  const found = [];
  for (const it of redrawn.items.values()) {
    if (it === me || it.box[0] > e || it.box[2] < w || it.box[1] > s || it.box[3] < n) continue;
    let common = 0;
    for (let k = 0; k < it.xs.length && common < 2; k++) if (near(it.xs[k], it.ys[k]) && mine.has(key(it.xs[k], it.ys[k]))) common++;
    if (common > 1) found.push(it);
  }
  return found;
};

Wangge.COMPASS = [["北", "N", 0, -1], ["东北", "NE", 1, -1], ["东", "E", 1, 0], ["东南", "SE", 1, 1], ["南", "S", 0, 1], ["西南", "SW", -1, 1], ["西", "W", -1, 0], ["西北", "NW", -1, -1]];

// Where a ray from the label of an area, in a direction of the compass, last meets its border.
Wangge.rim = function (item, k) {
  const [, , dx, dy] = Wangge.COMPASS[k], [x, y] = item.spot;
  let far = 0, from = 0;
  for (const size of item.rings) {
    for (let a = from, b = from + size - 1; a < from + size; b = a++) {
      const ex = item.xs[a] - item.xs[b], ey = item.ys[a] - item.ys[b], cross = dx * ey - dy * ex;
      if (!cross) continue;
      const t = ((item.xs[b] - x) * ey - (item.ys[b] - y) * ex) / cross, u = ((item.xs[b] - x) * dy - (item.ys[b] - y) * dx) / cross;
      if (u >= 0 && u <= 1 && t > far) far = t;
    }
    from += size;
  }
  return [x + dx * (far + 12), y + dy * (far + 12)];
};
