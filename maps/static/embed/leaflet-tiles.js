// Vector tiles on a Leaflet map: reads Mapbox Vector Tiles 2.1 and paints them on canvas.
// Needs only Leaflet:  L.wangge(url, style).addTo(map)
//   url    "https://host/tiles/grid,station/{z}/{x}/{y}.mvt"
//   style  (layer, feature) => ({fill, line, width, opacity, radius}) or null for nothing
(function () {
  "use strict";

  function reader(bytes) {
    var at = 0, text = new TextDecoder();
    function varint() {
      var value = 0, shift = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * shift; shift *= 128; } while (byte > 127);
      return value;
    }
    function skip(wire) {
      if (wire === 0) varint(); else if (wire === 1) at += 8; else if (wire === 5) at += 4;
      else at += varint();
    }
    function fields(end, each) {
      while (at < end) {
        var head = varint(), tag = Math.floor(head / 8), wire = head % 8;
        if (wire === 2) { var size = varint(), stop = at + size; each(tag, stop); at = stop; }
        else if (!each(tag, 0, wire)) skip(wire);
      }
    }
    function string(end) { return text.decode(bytes.subarray(at, end)); }
    function value(end) {
      var found = null;
      fields(end, function (tag, stop, wire) {
        if (tag === 1) { found = string(stop); return true; }
        if (tag === 3) { found = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true); at += 8; return true; }
        if (wire === 0) { var n = varint(); found = tag === 6 ? (n % 2 ? -(n + 1) / 2 : n / 2) : n; return true; }
        return false;
      });
      return found;
    }
    function packed(end) { var found = []; while (at < end) found.push(varint()); return found; }
    function feature(end) {
      var made = { id: 0, type: 0, tags: [], geometry: [] };
      fields(end, function (tag, stop) {
        if (tag === 1) { made.id = varint(); return true; }
        if (tag === 3) { made.type = varint(); return true; }
        if (tag === 2) made.tags = packed(stop);
        if (tag === 4) made.geometry = packed(stop);
        return tag === 2 || tag === 4;
      });
      return made;
    }
    function layer(end) {
      var made = { name: "", extent: 4096, keys: [], values: [], features: [] };
      fields(end, function (tag, stop) {
        if (tag === 1) made.name = string(stop);
        else if (tag === 2) made.features.push(feature(stop));
        else if (tag === 3) made.keys.push(string(stop));
        else if (tag === 4) made.values.push(value(stop));
        else if (tag === 5) { made.extent = varint(); return true; }
        else return false;
        return true;
      });
      made.features.forEach(function (f) {
        f.properties = {};
        for (var i = 0; i < f.tags.length; i += 2) f.properties[made.keys[f.tags[i]]] = made.values[f.tags[i + 1]];
        f.rings = rings(f.geometry);
      });
      return made;
    }
    function rings(numbers) {
      var found = [], x = 0, y = 0, i = 0;
      function delta() { var n = numbers[i++]; return n % 2 ? -(n + 1) / 2 : n / 2; }
      while (i < numbers.length) {
        var command = numbers[i] % 8, count = Math.floor(numbers[i] / 8);
        i++;
        if (command === 7) { found[found.length - 1].closed = true; continue; }
        while (count--) {
          x += delta(); y += delta();
          if (command === 1) found.push([]);
          found[found.length - 1].push([x, y]);
        }
      }
      return found;
    }
    var layers = [];
    fields(bytes.length, function (tag, stop) { if (tag === 3) layers.push(layer(stop)); return true; });
    return layers;
  }

  function paint(pen, layers, size, style) {
    layers.forEach(function (layer) {
      var scale = size / layer.extent;
      layer.features.forEach(function (feature) {
        var look = style(layer.name, feature);
        if (!look) return;
        pen.beginPath();
        feature.rings.forEach(function (ring) {
          if (feature.type === 1) {
            pen.moveTo(ring[0][0] * scale + (look.radius || 4), ring[0][1] * scale);
            pen.arc(ring[0][0] * scale, ring[0][1] * scale, look.radius || 4, 0, 7);
            return;
          }
          ring.forEach(function (p, k) { pen[k ? "lineTo" : "moveTo"](p[0] * scale, p[1] * scale); });
          if (ring.closed) pen.closePath();
        });
        if (look.fill && feature.type !== 2) {
          pen.globalAlpha = look.opacity === undefined ? 1 : look.opacity;
          pen.fillStyle = look.fill;
          pen.fill("evenodd");
          pen.globalAlpha = 1;
        }
        if (look.line) { pen.strokeStyle = look.line; pen.lineWidth = look.width || 1; pen.stroke(); }
      });
    });
  }

  L.WanggeTiles = L.GridLayer.extend({
    initialize: function (url, style, options) {
      this._url = url; this._style = style; this.painted = 0;
      L.setOptions(this, options);
    },
    createTile: function (at, done) {
      var canvas = L.DomUtil.create("canvas", "leaflet-tile"), ratio = window.devicePixelRatio || 1;
      var size = this.getTileSize().x, self = this;
      canvas.width = canvas.height = size * ratio;
      canvas.style.width = canvas.style.height = size + "px";
      fetch(L.Util.template(this._url, at)).then(function (answer) {
        if (answer.status === 204) return null;
        if (!answer.ok) throw new Error(answer.status);
        return answer.arrayBuffer();
      }).then(function (body) {
        if (body) {
          var layers = reader(new Uint8Array(body)), pen = canvas.getContext("2d");
          pen.scale(ratio, ratio);
          paint(pen, layers, size, self._style);
          layers.forEach(function (layer) { self.painted += layer.features.length; });
        }
        done(null, canvas);
      }).catch(function (fault) { done(fault, canvas); });
      return canvas;
    }
  });
  L.wangge = function (url, style, options) { return new L.WanggeTiles(url, style, options); };
  L.wangge.read = reader;
})();
