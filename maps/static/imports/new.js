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
  const read = (problem) => problem && [problem.zh || problem.title || problem.message, problem.hint_zh, problem.message || problem.detail, problem.hint]
    .filter(Boolean).filter((words, i, all) => all.indexOf(words) === i).map((words) => words.replace(/[。.]$/, "")).join("。 ");
  const complain = (problem) => { by("fault").textContent = read(problem) || ""; };

  function made(tag, words, kind) {
    const node = document.createElement(tag);
    node.textContent = words;
    if (kind) node.className = kind;
    return node;
  }

  function shown(told) {
    say(`${WORDS[told.state] || told.state} ${told.features ?? ""}`);
    complain(told.problem);
    by("found").hidden = !(told.report || told.state === "refused");
    by("findings").hidden = by("page").hidden = !told.report;
    by("take").disabled = !["ready", "blocked"].includes(told.state);
    by("again").disabled = ["imported", "undone", "dropped"].includes(told.state);
    by("undo").disabled = ["undone", "dropped"].includes(told.state);
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
    by("columns").replaceChildren(...(told.report.facts.mapping || []).map((offer) => {
      const label = made("label", ` 字段“${offer.field}”是“${offer.column}” ${Math.round(100 * offer.score)}%：${offer.why_zh} `, "tick");
      const box = document.createElement("input");
      box.type = "checkbox"; box.className = "column"; box.dataset.field = offer.field; box.value = offer.column;
      label.prepend(box);
      const line = document.createElement("p");
      line.append(label);
      return line;
    }));
    choices(told);
  }

  // Whatever column the file lacks may be one of its fields after all, or the number of the row.
  function choices(told) {
    const facts = told.report.facts;
    const missing = told.report.findings.filter((f) => f.code === "FIELD_MISSING").map((f) => f.field);
    const fields = [...(facts.kept || []).map((name) => new Option(name, name)), new Option("行号 number of the row", "@row")];
    const lines = (columns) => columns.map((column) => {
      const select = made("select", "", "picked");
      select.dataset.column = column;
      select.append(new Option("没有 none", ""), ...fields.map((field) => field.cloneNode(true)));
      const label = made("label", `${column} 是字段 is the field `);
      label.append(select);
      const line = document.createElement("p");
      line.append(label);
      return line;
    });
    const others = (facts.filled || []).filter((column) => !missing.includes(column));
    by("missing").replaceChildren(...lines(missing));
    by("others").replaceChildren(...lines(others));
    by("more").hidden = !others.length || fields.length < 2;
  }

  async function ask(path, method, body) {
    complain(null);
    try {
      const answer = await fetch(where + path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)});
      const told = await answer.json();
      if (answer.ok) { shown(told); return; }
      if (path === "/judge") shown(await (await fetch(where)).json()); else say("");
      complain(told);
    } catch {
      say("");
      complain({zh: "服务没有回答，请稍后再试", message: "the service does not answer; try again"});
    }
  }

  function confirmed() {
    const ticked = (kind) => [...document.querySelectorAll(`.${kind}:checked`)];
    const picked = [...document.querySelectorAll(".picked")].filter((select) => select.value);
    const columns = Object.fromEntries([...ticked("column").map((box) => [box.dataset.field, box.value]),
      ...picked.map((select) => [select.value, select.dataset.column])]);
    const control = by("control").value.split("\n").filter((line) => line.trim())
      .map((line) => line.trim().split(/[\s,，;；]+/).map(Number));
    const said = {columns, control, accept: [...new Set(ticked("accept").map((box) => box.value))], mend_datum: by("mend").checked, give_codes: by("codes").checked};
    for (const id of ["crs", "layer", "encoding"]) if (by(id).value) said[id] = by(id).value;
    return said;
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

  // The import stands in the address, so that a page loaded again shows it again.
  function follow(key) {
    where = `/v1/imports/${key}`;
    location.hash = key;
    listen();
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
      if (sent.status !== 202) { say(""); complain(told); return; }
      by("sent").value = 1;
      follow(told.id);
    });
    sent.addEventListener("error", () => { say(""); complain({zh: "上传中断，请重新上传", message: "the upload broke off; send it again"}); });
    complain(null);
    say(WORDS.uploading);
    sent.send(file);
  });
  by("again").addEventListener("click", () => { say(WORDS.judging); ask("/judge", "POST", confirmed()); });
  by("take").addEventListener("click", () => ask("/accept", "POST", confirmed()));
  by("undo").addEventListener("click", () => ask("", "DELETE"));
  if (/^#[\w-]+$/.test(location.hash)) follow(location.hash.slice(1));
})();
