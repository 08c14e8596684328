"""``wangge serve``: the same, live."""

from typing import Annotated

import typer

from api.cli.door import err

app = typer.Typer()
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址 Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 Port.")] = 8000,
    workers: Annotated[int, typer.Option(help="进程数 Processes.", min=1)] = 1,
) -> None:
    """启动网页与接口 Serve pages and the API."""
    import uvicorn

    if host not in LOOPBACK:
        err.print("公众页面对外开放；其余页面需登录，先用 wangge users add 建立用户")
        err.print("The public's pages are open to others; the rest needs a log-in", style="dim")
    uvicorn.run(
        "api.http:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
    )
