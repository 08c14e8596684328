// The finder's conveniences: location, suggestions, copying, reading aloud, and calling the map.
// Without this file the page still finds, lists, calls and navigates.
"use strict";
var Finder = JSON.parse(document.getElementById("finder").textContent);
Finder.said = document.getElementById("said");
Finder.say = (text) => { Finder.said.textContent = text; };
Finder.whisper = (text) => { document.getElementById("heard").textContent = text; };
Finder.elder = document.documentElement.classList.contains("elder");

for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;

// Go to the list of a point; what was chosen stays.
Finder.goTo = function (lon, lat) {
  const url = new URL(Finder.home, location.href);
  url.searchParams.set("lon", lon.toFixed(6));
  url.searchParams.set("lat", lat.toFixed(6));
  location.assign(url);
};
Finder.goAt = function (key) {
  const url = new URL(Finder.at, location.href);
  url.pathname += encodeURIComponent(key);
  location.assign(url);
};

Finder.locate = function (button) {
  const words = Finder.words;
  if (!window.isSecureContext || !navigator.geolocation) return Finder.say(words.insecure);
  button.setAttribute("aria-busy", "true");
  Finder.say(words.locating);
  const done = (text) => { button.removeAttribute("aria-busy"); Finder.say(text); };
  navigator.geolocation.getCurrentPosition(
    (found) => { done(""); Finder.goTo(found.coords.longitude, found.coords.latitude); },
    (fault) => {
      done({ 1: words.refused, 3: words.late }[fault.code] || words.unsure);
      document.getElementById("q").focus();
    },
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
  );
};
document.getElementById("locate").addEventListener("click", (e) => Finder.locate(e.currentTarget));

// Suggestions while typing: a combobox after the ARIA pattern; Enter without a choice sends the form.
Finder.suggest = function (input, list) {
  let places = [], at = -1, asked = 0, timer = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const light = (next) => {
    at = next;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", "offer" + at);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    list.replaceChildren(...places.map((place, i) => {
      const li = document.createElement("li"), name = document.createElement("b"), area = document.createElement("span");
      li.id = "offer" + i;
      li.setAttribute("role", "option");
      li.setAttribute("aria-selected", "false");
      li.lang = "zh-CN";
      const typed = input.value.trim(), from = place.name.indexOf(typed);
      if (from < 0) name.textContent = place.name;
      else {
        const mark = document.createElement("mark");
        mark.textContent = typed;
        name.append(place.name.slice(0, from), mark, place.name.slice(from + typed.length));
      }
      area.textContent = place.area;
      li.append(name, area);
      li.addEventListener("mousedown", (e) => e.preventDefault());
      li.addEventListener("click", () => Finder.goAt(place.key));
      return li;
    }));
    list.hidden = !places.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    Finder.whisper(places.length ? Finder.words.found_n.replace("{}", places.length) : "");
    at = -1;
  };
  const ask = async () => {
    const text = input.value.trim(), mine = ++asked;
    if (!text) { places = []; return close(); }
    try {
      const answer = await fetch("/v1/places?limit=6&q=" + encodeURIComponent(text));
      if (mine !== asked || !answer.ok) return;
      places = await answer.json();
      show();
    } catch { close(); }
  };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("input", (e) => { clearTimeout(timer); if (!e.isComposing) timer = setTimeout(ask, 120); });
  input.addEventListener("compositionend", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (e) => {
    if (e.isComposing || list.hidden) return;
    if (e.key === "ArrowDown") light((at + 1) % places.length);
    else if (e.key === "ArrowUp") light((at <= 0 ? places.length : at) - 1);
    else if (e.key === "Escape") close();
    else if (e.key === "Enter" && at >= 0) Finder.goAt(places[at].key);
    else return;
    e.preventDefault();
  });
};
Finder.suggest(document.getElementById("q"), document.getElementById("offered"));

for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", async () => {
    const text = button.dataset.copy;
    try { await navigator.clipboard.writeText(text); } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.textContent = Finder.words.copied;
    Finder.whisper(Finder.words.copied);
  });

// Reading aloud with a voice of this device only: nothing is sent anywhere.
Finder.voice = function () {
  const wanted = Finder.language === "en" ? "en" : "zh";
  const voices = window.speechSynthesis ? speechSynthesis.getVoices() : [];
  return voices.find((v) => v.localService && v.lang.toLowerCase().startsWith(wanted));
};
Finder.offerVoice = function () {
  const able = Boolean(Finder.voice());
  for (const button of document.querySelectorAll("[data-read]")) button.hidden = !able;
};
for (const button of document.querySelectorAll("[data-read]"))
  button.addEventListener("click", () => {
    const card = button.closest(".card"), part = (name) => card.querySelector(name)?.textContent.trim() || "";
    const speech = new SpeechSynthesisUtterance([part("h3 span:last-child"), part(".walk"), part(".state"), part("dl dd:nth-of-type(2)")].join("。").replaceAll("–", "到"));
    speech.voice = Finder.voice();
    speech.lang = speech.voice.lang;
    speech.rate = 0.85;
    speechSynthesis.cancel();
    speechSynthesis.speak(speech);
  });
if (window.speechSynthesis) {
  Finder.offerVoice();
  speechSynthesis.addEventListener?.("voiceschanged", Finder.offerVoice);
}

// The last place stays on this device alone.
try {
  if (Finder.place) localStorage.setItem("place", JSON.stringify(Finder.place));
  else {
    const [lon, lat, name] = JSON.parse(localStorage.getItem("place") || "[]");
    if (name) {
      const link = document.createElement("a"), url = new URL(Finder.home, location.href), last = document.getElementById("last");
      url.searchParams.set("lon", lon);
      url.searchParams.set("lat", lat);
      link.href = url.pathname + url.search;
      link.textContent = Finder.words.last + name;
      last.append(link);
      last.hidden = false;
    }
  }
} catch { /* a browser that keeps nothing: nothing is lost */ }

// The map comes second: when it is asked for, or on a wide screen once the list stands.
Finder.openMap = function (chosen = 0) {
  const part = document.getElementById("map-part");
  part.hidden = false;
  document.querySelector("main").classList.add("mapped");
  Finder.map ??= (async () => {
    for (const href of Finder.styles) {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      document.head.prepend(link);
    }
    for (const src of Finder.scripts)
      await new Promise((done, failed) => {
        const script = document.createElement("script");
        Object.assign(script, { src, onload: done, onerror: failed });
        document.head.append(script);
      });
    return Finder.makeMap(document.getElementById("map"), chosen);
  })().catch(() => { Finder.say(Finder.words.map_fail); Finder.map = undefined; });
  return Finder.map;
};
// On a narrow screen the map opens where it was asked for; on a wide one it stands beside the list.
Finder.wide = matchMedia("(min-width: 1000px)");
Finder.mapAt = async function (spot, chosen) {
  const part = document.getElementById("map-part");
  if (!Finder.wide.matches) spot.after(part);
  const map = await Finder.openMap(chosen);
  map?.fit();
  return map;
};
Finder.lookAtMap = function () {
  document.getElementById("map").focus({ preventScroll: true });
  document.getElementById("map-part").scrollIntoView({ block: "nearest" });
};
for (const button of document.querySelectorAll("[data-show]"))
  button.addEventListener("click", async () => {
    const chosen = Number(button.dataset.show);
    (await Finder.mapAt(button.parentElement, chosen))?.show(chosen);
    Finder.lookAtMap();
  });
document.getElementById("pick").addEventListener("click", async (e) => {
  (await Finder.mapAt(e.target.parentElement))?.pick();
  Finder.lookAtMap();
});
if (Finder.routes && Finder.wide.matches)
  addEventListener("load", () => setTimeout(() => Finder.openMap(), 50));
