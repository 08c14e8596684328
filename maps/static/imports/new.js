"use strict";
// Send a file as the body of a POST, wait for what is found, confirm, take in, take back.
(() => {
  const by = (id) => document.getElementById(id);
  const LAYERS = [["district", "区"], ["subdistrict", "街道"], ["community", "社区"], ["grid", "网格"], ["microgrid", "微网格"],
    ["building", "楼栋"], ["station", "服务站点"], ["candidate", "候选点位"], ["street", "道路"], ["barrier", "屏障"], ["gate", "出入口"],
    ["landuse", "用地"], ["council", "议事会"], ["institution", "单位"], ["staff", "网格力量"], ["net", "部门网格"]];
  const WORDS = {uploading: "正在上传 sending", uploaded: "等待检查 waiting", judging: "正在检查 checking", ready: "可以入库 ready",
    blocked: "有问题必须先处理 blocked", refused: "无法读取 refused", imported: "已入库 imported", undone: "已撤销 undone", dropped: "已放弃 dropped"};
  let where = "";
  for (const [value, zh] of LAYERS) by("layer").append(new Option(`${zh} ${value}`, value));
  const say = (text) => { by("state").textContent = text; };

  function made(tag, words, kind) {
    const node = document.createElement(tag);
    node.textContent = words;
    if (kind) node.className = kind;
    return node;
  }

  function shown(told) {
    const problem = told.problem ? `${told.problem.zh || told.problem.message}。${told.problem.hint_zh || ""}` : "";
    say(`${WORDS[told.state] || told.state} ${told.features ?? ""} ${problem}`);
    by("found").hidden = !told.report;
    if (!told.report) return;
    by("page").href = `${where}/report`;
    by("offers").replaceChildren(...(told.report.facts.proposals || []).map((p) => new Option(`${p.zh} ${p.evidence_zh}`, p.crs)));
    const rank = {error: 0, warn: 1, info: 2};
    const rows = [...told.report.findings].sort((a, b) => rank[a.severity] - rank[b.severity]).map((f) => {
      const item = made("li", "", f.severity);
      if (f.severity === "error") {
        const box = document.createElement("input");
        box.type = "checkbox"; box.value = f.code; box.className = "accept";
        const label = made("label", ` 接受 accept ${f.code}`);
        label.prepend(box);
        item.append(label);
      } else item.append(made("strong", f.code));
      item.append(made("div", f.zh), made("div", f.en), made("div", `→ ${f.hint_zh} ${f.hint_en}`, "way"));
      return item;
    });
    by("findings").replaceChildren(...rows);
    by("take").disabled = !["ready", "blocked"].includes(told.state);
  }

  async function ask(path, method, body) {
    const answer = await fetch(where + path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)});
    const told = await answer.json();
    if (answer.ok) shown(told); else say(`${told.title || ""} ${told.hint_zh || told.detail || ""}`);
  }

  function confirmed() {
    const accept = [...new Set([...document.querySelectorAll(".accept:checked")].map((box) => box.value))];
    return {accept, ...(by("crs").value ? {crs: by("crs").value} : {}), ...(by("layer").value ? {layer: by("layer").value} : {})};
  }

  function listen() {
    const events = new EventSource(`${where}/progress`);
    events.addEventListener("state", async (event) => {
      const told = JSON.parse(event.data);
      say(WORDS[told.state] || told.state);
      if (["uploading", "uploaded", "judging"].includes(told.state)) return;
      events.close();
      await ask("", "GET");
    });
  }

  by("send").addEventListener("submit", (event) => {
    event.preventDefault();
    const file = by("file").files[0];
    const sent = new XMLHttpRequest();
    const layer = by("layer").value ? `&layer=${by("layer").value}` : "";
    sent.open("POST", `/v1/imports?name=${encodeURIComponent(file.name)}${layer}`);
    sent.upload.addEventListener("progress", (e) => { by("sent").value = e.total ? e.loaded / e.total : 0; });
    sent.addEventListener("load", () => {
      const told = JSON.parse(sent.responseText || "{}");
      if (sent.status !== 202) { say(`${told.title || sent.status} ${told.hint_zh || ""}`); return; }
      by("sent").value = 1;
      where = told.self;
      listen();
    });
    sent.addEventListener("error", () => say("上传中断 the upload broke off"));
    say(WORDS.uploading);
    sent.send(file);
  });
  by("again").addEventListener("click", () => { say(WORDS.judging); ask("/judge", "POST", confirmed()); });
  by("take").addEventListener("click", () => ask("/accept", "POST", confirmed()));
  by("undo").addEventListener("click", () => ask("", "DELETE"));
})();
