"""``/docs``: the API described by its own OpenAPI document, without a script from elsewhere."""

from html import escape
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from api.http.parts import Part

router = Part(include_in_schema=False)

STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:60rem;margin:0 auto;
padding:1.5rem;color:#1f3342;background:#fbfcfd}h1{font-weight:600}h2{margin:2.5rem 0 .3rem;font-size:1.15rem}
code{background:#eef2f5;padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d9e1e7;vertical-align:top}
b{display:inline-block;min-width:3.2rem;color:#0b5c7d}
@media(max-width:40rem){body{padding:1rem}table,tbody,tr,td{display:block;overflow-wrap:anywhere}th{display:none}}
"""


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show every path, its parameters and what it answers."""
    document = request.app.openapi()
    parts = [
        _operation(path, verb, told)
        for path, verbs in document["paths"].items()
        for verb, told in verbs.items()
    ]
    title = escape(document["info"]["title"])
    body = (
        f"<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><title>{title} · 接口 API</title>"
        f"<meta name='viewport' content='width=device-width,initial-scale=1'><style>{STYLE}</style></head>"
        f"<body><main><h1>{title} · 接口 API</h1><p>{escape(document['info']['summary'])}。"
        f"机器可读 machine-readable: <a href='/openapi.json'>/openapi.json</a>；返回首页 <a href='/'>home</a></p>"
        f"{''.join(parts)}</main></body></html>"
    )
    return HTMLResponse(
        body, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    )


def _operation(path: str, verb: str, told: dict[str, Any]) -> str:
    rows = "".join(_parameter(p) for p in told.get("parameters", ()))
    head = "<thead><tr><th>参数 parameter</th><th>类型 type</th><th>说明 meaning</th></tr></thead>"
    shown = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else ""
    return (
        f"<h2>{escape(told.get('summary', ''))}</h2><p><b>{verb.upper()}</b> <code>{escape(path)}</code></p>"
        f"<p>{escape(told.get('description', ''))}</p>{shown}"
    )


def _parameter(told: dict[str, Any]) -> str:
    schema = told["schema"]
    kinds = [schema, *schema.get("anyOf", ())]
    kind = " | ".join(k["type"] for k in kinds if k.get("type") not in (None, "null"))
    must = "必填 required" if told.get("required") else ""
    default = (
        f"默认 default <code>{escape(str(schema['default']))}</code>" if "default" in schema else ""
    )
    meaning = " ".join(filter(None, (escape(schema.get("description", "")), must, default)))
    return f"<tr><td><code>{escape(told['name'])}</code></td><td>{escape(kind)}</td><td>{meaning}</td></tr>"
